"use client";

import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useActions } from "./actions.tsx";
import type { SearchHit } from "./shell-props.ts";
import { useLateOpen } from "./use-late-open.ts";

const PaletteDialog = dynamic(() => import("./palette-dialog.tsx").then((module) => module.PaletteDialog), {
  ssr: false,
});

/** ⌘K: everything that can be done here, and everything that can be found. */
export function CommandPalette({ search }: { search?: (query: string) => Promise<readonly SearchHit[]> }) {
  const palette = useLateOpen();
  useActions([
    {
      id: "palette.open",
      title: "Search or run a command",
      group: "General",
      keys: "mod+k",
      icon: <Search />,
      run: () => palette.setOpen(true),
    },
  ]);
  return palette.wasOpened ? (
    <PaletteDialog open={palette.open} onOpenChange={palette.setOpen} search={search} />
  ) : null;
}
