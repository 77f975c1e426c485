"use client";

import { Keyboard } from "lucide-react";
import { useState } from "react";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import { canRun } from "./action-registry.ts";
import { useActions, useAvailableActions } from "./actions.tsx";

/** `?`: every key that means something on this page. */
export function ShortcutSheet() {
  const [open, setOpen] = useState(false);
  useActions([
    {
      id: "help.keys",
      title: "Show all keys",
      group: "General",
      keys: "?",
      icon: <Keyboard />,
      run: () => setOpen(true),
    },
  ]);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard" size="lg">
      <KeyList />
    </Dialog>
  );
}

function KeyList() {
  const bound = useAvailableActions().filter((action) => action.keys && canRun(action));
  return (
    <div className="columns-1 gap-8 sm:columns-2">
      {[...Map.groupBy(bound, (action) => action.group)].map(([group, actions]) => (
        <section key={group} className="break-inside-avoid pb-4">
          <h3 className="pb-1 text-small font-medium text-faint">{group}</h3>
          <ul>
            {actions.map((action) => (
              <li key={action.id} className="flex h-7 items-center justify-between gap-4 text-app">
                <span className="truncate">{action.title}</span>
                <Kbd keys={action.keys ?? ""} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
