"use client";

import { type ReactNode, type SubmitEvent, useId } from "react";
import { Button } from "./button.tsx";
import { Dialog, DialogClose } from "./dialog.tsx";

type FormDialogProps = {
  title: string;
  description?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** What the button says that sends the form. */
  action: ReactNode;
  isPending: boolean;
  disabled?: boolean;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => Promise<void>;
  onClose: () => void;
  children: ReactNode;
};

/** A form that is sent or left: it is open for as long as it is there. */
export function FormDialog({ action, isPending, disabled, onSubmit, onClose, children, ...dialog }: FormDialogProps) {
  const form = useId();
  return (
    <Dialog
      {...dialog}
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form={form} variant="primary" loading={isPending} disabled={disabled}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={onSubmit} className="flex flex-col gap-4">
        {children}
      </form>
    </Dialog>
  );
}
