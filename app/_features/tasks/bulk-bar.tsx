"use client";

import { Archive, CircleUserRound, SignalHigh, SquareArrowRight, X } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { Ask } from "./board-keys.ts";

type BulkBarProps = { count: number; onAsk: (ask: Ask) => void; onClear: () => void };

const asks = [
  { ask: "assign", label: "Assign", keys: "a", icon: <CircleUserRound /> },
  { ask: "status", label: "Move", keys: "s", icon: <SquareArrowRight /> },
  { ask: "priority", label: "Priority", keys: "p", icon: <SignalHigh /> },
  { ask: "archive", label: "Archive", keys: "e", icon: <Archive /> },
] as const;

/** What can be done to all that is selected. It floats, so that nothing moves when it comes. */
export function BulkBar({ count, onAsk, onClear }: BulkBarProps) {
  return (
    <div
      role="toolbar"
      aria-label={`${count} selected`}
      className="absolute bottom-4 left-1/2 z-10 flex max-w-[calc(100%-16px)] -translate-x-1/2 items-center gap-1 overflow-x-auto rounded-lg bg-raised p-1.5 shadow-popup"
    >
      <span role="status" className="px-2 text-app font-medium whitespace-nowrap">
        {count} selected
      </span>
      {asks.map(({ ask, label, keys, icon }) => (
        <Button
          key={ask}
          variant="ghost"
          size="sm"
          keys={keys}
          icon={<span className="inline-flex [&_svg]:size-3.5">{icon}</span>}
          onClick={() => onAsk(ask)}
        >
          {label}
        </Button>
      ))}
      <IconButton size="sm" label="Select nothing" keys="escape" icon={<X />} onClick={onClear} />
    </div>
  );
}
