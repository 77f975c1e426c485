"use client";

import { type SubmitEvent, useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import type { PauseMode } from "#db/enums.ts";
import type { PauseChoice } from "./shell-props.ts";

type PauseDialogProps = {
  /** What stands still: "All work", "General", "ada". */
  name: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onPause: (choice: PauseChoice) => Promise<unknown>;
};

const modes = [
  { value: "drain", label: "Let what runs finish" },
  { value: "hard", label: "Take it back now" },
] as const;

const consequences: Record<PauseMode, string> = {
  drain: "Tasks that agents hold stay theirs until they are done.",
  hard: "Live leases end, tasks go back to the board with this reason, gates stop. What was pushed is kept.",
};

/** Asks why: the reason is what everyone else will read. */
export function PauseDialog({ name, open, onOpenChange, onPause }: PauseDialogProps) {
  const [mode, setMode] = useState<PauseMode>("drain");
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const pause = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = new FormData(event.currentTarget).get("reason");
    setWorking(true);
    setFailure(undefined);
    try {
      await onPause({ mode, reason: typeof reason === "string" ? reason.trim() : "" });
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
      title={`Pause: ${name}`}
      description="Nothing new starts, on any path, until someone resumes."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="pause-form" variant={mode === "hard" ? "danger" : "primary"} loading={working}>
            {mode === "hard" ? "Stop now" : "Pause"}
          </Button>
        </>
      }
    >
      <form id="pause-form" className="flex flex-col gap-4" onSubmit={pause}>
        <div className="flex flex-col items-start gap-1.5">
          <Segmented label="What runs now" options={modes} value={mode} onValueChange={setMode} />
          <p className="text-small text-muted">{consequences[mode]}</p>
        </div>
        <Field label="Why" name="reason" hint="Everyone sees this in the banner." error={failure} optional>
          <Input name="reason" maxLength={500} autoComplete="off" />
        </Field>
      </form>
    </Dialog>
  );
}
