import { type LucideIcon, Plus } from "lucide-react";
import type { ReactElement } from "react";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";

interface Adding {
  /** Of the action: in the palette and the sheet of keys. */
  id: string;
  title: string;
  group: string;
  /** What the button says; the title where it says no less. */
  label?: string;
  icon?: LucideIcon;
  may: boolean;
  run: () => void;
}

/** What a page adds things by: an action with the key `c`, and its button; null for those who may not. */
export function useAddButton({ label, icon: Icon = Plus, may, run, ...action }: Adding): ReactElement | null {
  useActions([{ ...action, keys: "c", icon: <Icon />, when: () => may, run }]);
  if (!may) return null;
  return (
    <Button variant="primary" icon={<Icon className="size-4" />} keys="c" onClick={run}>
      {label ?? action.title}
    </Button>
  );
}
