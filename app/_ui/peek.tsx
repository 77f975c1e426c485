"use client";

import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "./icon-button.tsx";

type PeekProps = {
  /** Read aloud: "Task #12". */
  label: string;
  /** The head of the panel: an id, a status, the way to the full page. */
  head?: ReactNode;
  onClose: () => void;
  children: ReactNode;
};

/**
 * A look at one thing beside the list it came from. It takes neither the focus nor the keys, so `j` and `k` go on
 * moving through the list while it follows; Escape closes it. On a phone it covers the page.
 */
export function Peek({ label, head, onClose, children }: PeekProps) {
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isElsewhere = event.target instanceof Element && event.target.closest("[role=dialog], [role=menu]");
      if (event.key !== "Escape" || event.defaultPrevented || isElsewhere) return;
      event.preventDefault();
      close.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <aside
      aria-label={label}
      className="fixed inset-0 z-10 flex min-h-0 flex-col bg-surface sm:static sm:w-[420px] sm:shrink-0 sm:border-l xl:w-[520px]"
    >
      <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <div className="flex min-w-0 grow items-center gap-2">{head}</div>
        <IconButton label="Close" keys="escape" icon={<X />} onClick={onClose} />
      </header>
      <div className="min-h-0 grow overflow-y-auto">{children}</div>
    </aside>
  );
}
