"use client";

import { Plus } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { NoPermission } from "#app/_features/members/who-can-grant.tsx";
import { SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CreateWebhookDialog } from "./create-webhook-dialog.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Endpoints } from "./endpoints.tsx";
import { GithubApps } from "./github-apps.tsx";

/** Where work comes in from outside: endpoints, what came through them, GitHub Apps. */
export function WebhooksSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("webhooks:manage");
  const [creating, setCreating] = useQueryState("new", parseAsBoolean.withDefault(false));
  const create = () => void setCreating(true);
  useActions([
    {
      id: "webhook.create",
      title: "Add a webhook endpoint",
      group: "Webhooks",
      keys: "c",
      icon: <Plus />,
      when: () => canManage,
      run: create,
    },
  ]);
  return (
    <SettingsPage
      title="Webhooks"
      lead="How GitHub, GitLab and others tell what happened there. Signed deliveries become tasks, once each; their text is marked as written outside."
      action={
        canManage ? (
          <Button variant="primary" icon={<Plus className="size-4" />} keys="c" onClick={create}>
            Add endpoint
          </Button>
        ) : null
      }
    >
      {isKnown && !canManage ? <NoPermission what="see and change webhooks" /> : null}
      {canManage ? (
        <>
          <Endpoints onCreate={create} />
          <Deliveries />
          <GithubApps />
        </>
      ) : null}
      {creating && canManage ? <CreateWebhookDialog onClose={() => void setCreating(null)} /> : null}
    </SettingsPage>
  );
}
