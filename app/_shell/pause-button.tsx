"use client";

import { Pause } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { useActions } from "./actions.tsx";
import type { ShellStatus } from "./shell-props.ts";

/** Stops new work everywhere, and asks why: the reason is what the others will read. */
export function PauseButton({ status }: { status: ShellStatus }) {
  const { canPause, onPause } = status;
  const [open, setOpen] = useState(false);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string>();
  useActions([
    {
      id: "work.pause",
      title: "Pause work",
      group: "Work",
      icon: <Pause />,
      when: () => canPause && onPause !== undefined,
      run: () => setOpen(true),
    },
  ]);
  if (!canPause || !onPause) return null;
  const pause = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = new FormData(event.currentTarget).get("reason");
    setWorking(true);
    setFailure(undefined);
    try {
      await onPause(typeof reason === "string" ? reason.trim() : "");
      setOpen(false);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "Work goes on. Try again.");
    } finally {
      setWorking(false);
    }
  };
  return (
    <>
      <IconButton label="Pause work" icon={<Pause />} onClick={() => setOpen(true)} />
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="sm"
        title="Pause work"
        description="Nothing new starts until someone resumes. Tasks that agents hold now stay theirs."
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
    </>
  );
}
