"use client";

import { Keyboard } from "lucide-react";
import dynamic from "next/dynamic";
import { useActions } from "./actions.tsx";
import { useLateOpen } from "./use-late-open.ts";

const KeySheet = dynamic(() => import("./key-sheet.tsx").then((module) => module.KeySheet), { ssr: false });

/** `?`: every key that means something on this page. */
export function ShortcutSheet() {
  const sheet = useLateOpen();
  useActions([
    {
      id: "help.keys",
      title: "Show all keys",
      group: "General",
      keys: "?",
      icon: <Keyboard />,
      run: () => sheet.setOpen(true),
    },
  ]);
  return sheet.wasOpened ? <KeySheet open={sheet.open} onOpenChange={sheet.setOpen} /> : null;
}
