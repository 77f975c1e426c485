"use client";

import { Dialog } from "#app/_ui/dialog.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import { canRun, groupActions } from "./action-registry.ts";
import { useAvailableActions } from "./actions.tsx";

/** All keys by group, as they are registered right now. */
export function KeySheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const bound = useAvailableActions().filter((action) => action.keys && canRun(action));
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" size="lg">
      <div className="columns-1 gap-8 sm:columns-2">
        {groupActions(bound).map(([group, actions]) => (
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
    </Dialog>
  );
}
