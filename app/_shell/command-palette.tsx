"use client";

import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useActions } from "./actions.tsx";
import type { SearchHit } from "./shell-props.ts";

// Loaded when it is first asked for: no page pays for it before.
const PaletteDialog = dynamic(() => import("./palette-dialog.tsx").then((module) => module.PaletteDialog), {
  ssr: false,
});

/** ⌘K: everything that can be done here, and everything that can be found. */
export function CommandPalette({ search }: { search?: (query: string) => Promise<readonly SearchHit[]> }) {
  const [state, setState] = useState<"never" | "open" | "closed">("never");
  useActions([
    {
      id: "palette.open",
      title: "Search or run a command",
      group: "General",
      keys: "mod+k",
      icon: <Search />,
      run: () => setState((now) => (now === "open" ? "closed" : "open")),
    },
  ]);
  if (state === "never") return null;
  return (
    <PaletteDialog
      open={state === "open"}
      onOpenChange={(open) => setState(open ? "open" : "closed")}
      search={search}
    />
  );
}
