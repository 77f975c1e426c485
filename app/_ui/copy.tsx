"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./icon-button.tsx";
import { toast } from "./toast.ts";
import { Tooltip } from "./tooltip.tsx";

/** Copies a text and says so. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, copy] = useCopy(text);
  return (
    <IconButton
      size="sm"
      label={copied ? "Copied" : label}
      icon={copied ? <Check className="text-success" /> : <Copy />}
      onClick={copy}
    />
  );
}

/** An id that can be taken along: press to copy. `shown` is what people say, `id` what is copied. */
export function CopyableId({ id, shown = id }: { id: string; shown?: string }) {
  const [copied, copy] = useCopy(id);
  return (
    <Tooltip content={copied ? "Copied" : "Copy"}>
      <button
        type="button"
        onClick={copy}
        className="inline-flex min-h-6 max-w-full items-center rounded-sm px-1 font-mono text-small text-muted transition-colors hover:bg-hover hover:text-ink"
      >
        <span className="truncate">{shown}</span>
        <span role="status" className="sr-only">
          {copied ? "Copied" : ""}
        </span>
      </button>
    </Tooltip>
  );
}

function useCopy(text: string): readonly [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    // Browsers allow the clipboard on https and localhost only; elsewhere there is none at all.
    const writing = navigator.clipboard
      ? navigator.clipboard.writeText(text)
      : Promise.reject(new Error("no clipboard"));
    writing.then(
      () => setCopied(true),
      () => toast.error("The browser did not allow copying", { description: "Select the text and copy it by hand." }),
    );
  };
  return [copied, copy];
}
