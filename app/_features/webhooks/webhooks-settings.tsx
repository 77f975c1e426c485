"use client";

import { parseAsBoolean, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { NoPermission } from "#app/_features/members/who-can-grant.tsx";
import { SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
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
  const button = useAddButton({
    id: "webhook.create",
    title: "Add a webhook endpoint",
    group: "Webhooks",
    label: "Add endpoint",
    may: canManage,
    run: create,
  });
  return (
    <SettingsPage
      title="Webhooks"
      lead="How GitHub, GitLab and others tell what happened there. Signed deliveries become tasks, once each; their text is marked as written outside."
      action={button}
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
