"use client";

import { type SubmitEvent, useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

type PauseDialogProps = {
  /** What stands still: "any team", "the team General". */
  scope: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onPause: (reason: string) => Promise<unknown>;
};

/** Asks why: the reason is what everyone else will read. */
export function PauseDialog({ scope, open, onOpenChange, onPause }: PauseDialogProps) {
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const pause = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = new FormData(event.currentTarget).get("reason");
    setWorking(true);
    setFailure(undefined);
    try {
      await onPause(typeof reason === "string" ? reason.trim() : "");
      onOpenChange(false);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "Work goes on. Try again.");
    } finally {
      setWorking(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      title="Pause work"
      description={`Nothing new starts in ${scope} until someone resumes. Tasks that agents hold now stay theirs.`}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="pause-form" variant="primary" loading={working}>
            Pause work
          </Button>
        </>
      }
    >
      <form id="pause-form" onSubmit={pause}>
        <Field label="Why" name="reason" hint="Everyone sees this in the banner." error={failure} optional>
          <Input name="reason" maxLength={200} autoComplete="off" />
        </Field>
      </form>
    </Dialog>
  );
}
