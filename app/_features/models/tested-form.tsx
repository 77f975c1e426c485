"use client";

import { type ReactNode, type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { canInsist } from "./insisting.ts";

type TestedFormProps = {
  id: string;
  title: string;
  description: string;
  /** Sends what the form says; `evenIfRefused`: also when the provider says no. A refusal is thrown. */
  send: (fields: FormData, evenIfRefused: boolean) => Promise<unknown>;
  isPending: boolean;
  /** What is tried: what was said of another is not shown of this one. */
  about?: string;
  onClose: () => void;
  children: ReactNode;
};

/**
 * A form whose key is tried before it is kept. What the provider answered is shown; a person may insist
 * where that helps.
 */
export function TestedForm({ id, title, description, send, isPending, about, onClose, children }: TestedFormProps) {
  const [failed, setFailed] = useState<{ about: string | undefined; words: string; canInsist: boolean }>();
  const failure = failed?.about === about ? failed : undefined;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const insists = event.nativeEvent.submitter?.getAttribute("value") === "anyway";
    try {
      await send(new FormData(event.currentTarget), insists);
      onClose();
    } catch (error) {
      setFailed({ about, words: refusalOf(error), canInsist: canInsist(error) });
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      description={description}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          {failure?.canInsist ? (
            <Button type="submit" form={id} value="anyway" disabled={isPending}>
              Save anyway
            </Button>
          ) : null}
          <Button type="submit" form={id} variant="primary" loading={isPending}>
            {isPending ? "Testing" : "Test and save"}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {failure ? (
          <p role="alert" className="text-app break-words text-danger">
            {failure.words}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
