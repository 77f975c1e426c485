"use client";

import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import clsx from "clsx";
import { X } from "lucide-react";
import { type ReactElement, type ReactNode, useRef } from "react";
import { IconButton } from "./icon-button.tsx";

type DialogProps = {
  title: string;
  description?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The button that opens it; focus returns there. Leave out when `open` is given. */
  trigger?: ReactElement;
  size?: "sm" | "md" | "lg";
  /** Buttons at the foot; `<DialogClose>` is one that only closes. */
  footer?: ReactNode;
  children?: ReactNode;
};

const widths = { sm: "sm:max-w-sm", md: "sm:max-w-lg", lg: "sm:max-w-2xl" };

/** A question or a form that must be finished or left. On a phone it comes from below. */
export function Dialog({
  title,
  description,
  open,
  onOpenChange,
  trigger,
  size = "md",
  footer,
  children,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={onOpenChange}>
      {trigger ? <BaseDialog.Trigger render={trigger} /> : null}
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClass} />
        <BaseDialog.Viewport className={viewportClass}>
          <BaseDialog.Popup
            ref={popup}
            // The first thing to fill in, never the button that leaves.
            initialFocus={() => popup.current?.querySelector<HTMLElement>(firstControl) ?? popup.current}
            className={clsx(popupClass, widths[size])}
          >
            <header className="flex items-start gap-3 px-4 pt-4">
              <div className="min-w-0 grow">
                <BaseDialog.Title className="text-title font-semibold text-balance">{title}</BaseDialog.Title>
                {description ? (
                  <BaseDialog.Description className="mt-1 text-app text-muted">{description}</BaseDialog.Description>
                ) : null}
              </div>
              <BaseDialog.Close render={<IconButton label="Close" keys="escape" icon={<X />} size="sm" />} />
            </header>
            {children ? <div className="min-h-0 grow overflow-y-auto p-4">{children}</div> : <div className="h-4" />}
            {footer ? <footer className={footerClass}>{footer}</footer> : null}
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** Wraps a button of a dialog that closes it: `<DialogClose><Button>Cancel</Button></DialogClose>`. */
export function DialogClose({ children }: { children: ReactElement }) {
  return <BaseDialog.Close render={children} />;
}

const firstControl = "[data-autofocus], input:not([type=hidden]), textarea, [role=combobox]";

export const backdropClass =
  "fixed inset-0 bg-overlay transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0";
export const viewportClass = "fixed inset-0 flex items-end justify-center sm:items-start sm:p-4 sm:pt-[12vh]";
export const popupClass = clsx(
  "flex max-h-[88dvh] w-full flex-col rounded-t-lg bg-raised text-ink shadow-dialog outline-none sm:max-h-[76vh] sm:rounded-lg",
  "transition-[opacity,transform] data-ending-style:opacity-0 data-starting-style:opacity-0",
  "data-ending-style:translate-y-2 data-starting-style:translate-y-2",
);
export const footerClass =
  "flex flex-wrap justify-end gap-2 border-t px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]";
