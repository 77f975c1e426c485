"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import clsx from "clsx";
import { type ReactElement, type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { backdropClass, footerClass, popupClass, viewportClass } from "./dialog.tsx";

type ConfirmDialogProps = {
  /** The question: "Archive #12?" */
  title: string;
  /** What will happen and what can be undone. */
  children: ReactNode;
  /** The verb on the button: "Archive task". */
  verb: string;
  /** The dialog stays, and shows it is working, until this settles; a rejection is shown in words. */
  onConfirm: () => void | Promise<unknown>;
  danger?: boolean;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** Asks before something that cannot simply be undone. The button says the verb, never "OK". */
export function ConfirmDialog({ title, children, verb, onConfirm, danger, trigger, ...control }: ConfirmDialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const setOpen = (open: boolean) => {
    setFailure(undefined);
    setOwnOpen(open);
    control.onOpenChange?.(open);
  };
  const confirm = async () => {
    setWorking(true);
    setFailure(undefined);
    try {
      await onConfirm();
      setOpen(false);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "It did not work. Nothing was changed; try again.");
    } finally {
      setWorking(false);
    }
  };
  return (
    <AlertDialog.Root open={control.open ?? ownOpen} onOpenChange={setOpen}>
      {trigger ? <AlertDialog.Trigger render={trigger} /> : null}
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Viewport className={viewportClass}>
          <AlertDialog.Popup className={clsx(popupClass, "sm:max-w-md")}>
            <div className="p-4">
              <AlertDialog.Title className="text-title font-semibold text-balance">{title}</AlertDialog.Title>
              <AlertDialog.Description render={<div />} className="mt-1 text-read text-pretty text-muted">
                {children}
              </AlertDialog.Description>
              {failure ? (
                <p role="alert" className="mt-3 text-app text-danger">
                  {failure}
                </p>
              ) : null}
            </div>
            <footer className={footerClass}>
              {/* "Cancel" beside "Cancel plan" would say two things with one word. */}
              <AlertDialog.Close
                render={<Button variant="ghost">{verb.startsWith("Cancel") ? "Keep it" : "Cancel"}</Button>}
              />
              <Button variant={danger ? "danger" : "primary"} loading={working} onClick={confirm}>
                {verb}
              </Button>
            </footer>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
