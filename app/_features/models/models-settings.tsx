"use client";

import { Plus } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { OwnKeys } from "./own-keys.tsx";
import { Providers } from "./providers.tsx";
import { RoutingSection } from "./routing-section.tsx";
import { SaveKeyDialog } from "./save-key-dialog.tsx";
import { SavingsSection } from "./savings-section.tsx";

/** Which models work goes to, with which keys, and what routing saved. */
export function ModelsSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("models:manage");
  const [adding, setAdding] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [addingOwn, setAddingOwn] = useQueryState("own", parseAsBoolean.withDefault(false));
  const add = () => void setAdding(true);
  const addOwn = () => void setAddingOwn(true);
  const hasOwn = can("session:use");
  useActions([
    {
      id: "credential.save",
      title: "Add a key for models",
      group: "Models",
      keys: "c",
      icon: <Plus />,
      when: () => canManage,
      run: add,
    },
    {
      id: "credential.saveOwn",
      title: "Add a key of my own for models",
      group: "Models",
      icon: <Plus />,
      when: () => hasOwn,
      run: addOwn,
    },
  ]);
  return (
    <SettingsPage
      title="Models and keys"
      lead="Where plans, agents of the runtime Model and checks get their words from. A key is tested when it is saved, sealed, and never shown again."
      action={
        canManage ? (
          <Button variant="primary" icon={<Plus className="size-4" />} keys="c" onClick={add}>
            Add a key
          </Button>
        ) : null
      }
    >
      {isKnown && !canManage ? <LookOnly what="see the organization's keys and change where work goes" /> : null}
      {hasOwn ? <OwnKeys onAdd={addOwn} /> : null}
      {canManage ? <Providers onAdd={add} /> : null}
      <RoutingSection canChange={canManage} />
      <SavingsSection />
      {addingOwn && hasOwn ? <SaveKeyDialog isOwn onClose={() => void setAddingOwn(null)} /> : null}
      {adding && canManage ? <SaveKeyDialog onClose={() => void setAdding(null)} /> : null}
    </SettingsPage>
  );
}
