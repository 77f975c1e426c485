"use client";

import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { useRef } from "react";
import { Tooltip } from "#app/_ui/tooltip.tsx";

type PaneTabsProps<Value extends string> = {
  label: string;
  tabs: readonly { value: Value; label: string; icon: LucideIcon; keys: string }[];
  value: Value;
  onChange: (value: Value) => void;
};

/** Which pane is shown. Arrows move along them. */
export function PaneTabs<Value extends string>({ label, tabs, value, onChange }: PaneTabsProps<Value>) {
  const list = useRef<HTMLDivElement>(null);
  const step = (by: number) => {
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.value);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.value}"]`)?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      className="flex h-9 shrink-0 items-stretch gap-1 overflow-x-auto border-b px-2 [scrollbar-width:none] coarse:h-11"
    >
      {tabs.map(({ value: own, label: title, icon: Icon, keys }) => (
        <Tooltip key={own} content={title} keys={keys}>
          <button
            type="button"
            role="tab"
            data-tab={own}
            aria-selected={own === value}
            aria-controls={own === value ? `pane-${own}` : undefined}
            tabIndex={own === value ? 0 : -1}
            onClick={() => onChange(own)}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") step(1);
              if (event.key === "ArrowLeft") step(-1);
            }}
            className={clsx(
              "flex items-center gap-1.5 border-b-2 px-2 text-app font-medium whitespace-nowrap -outline-offset-2 transition-colors",
              own === value ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
            )}
          >
            {/* All five words stand side by side on a phone, without pictures. */}
            <Icon aria-hidden="true" className="size-4 max-sm:hidden" />
            {title}
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
