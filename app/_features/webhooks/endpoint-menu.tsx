"use client";

import { BookOpen, KeyRound, MoreHorizontal, Pencil, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { SecretDialog } from "./create-webhook-dialog.tsx";
import { EditWebhookDialog } from "./edit-webhook-dialog.tsx";
import { RotateSecretDialog } from "./rotate-secret-dialog.tsx";

type Asked = "edit" | "rotate" | "setup" | "close";

/** What can be done with an endpoint. */
export function EndpointMenu({ webhook }: { webhook: Webhook }) {
  const trpc = useTRPC();
  const [asked, setAsked] = useState<Asked | null>(null);
  const update = useChange(trpc.webhooks.update.mutationOptions(), {
    done: ({ webhook: now }) => `${now.name} is switched ${now.enabled ? "on" : "off"}`,
    refused: "The endpoint was not switched",
  });
  const close = useChange(trpc.webhooks.delete.mutationOptions(), {
    done: () => `${webhook.name} is closed`,
    refused: "The endpoint was not closed",
  });
  const done = () => setAsked(null);
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton label={`Actions for ${webhook.name}`} icon={<MoreHorizontal />} size="sm" />}
      >
        <MenuItem icon={<Pencil />} onSelect={() => setAsked("edit")}>
          Change…
        </MenuItem>
        <MenuItem
          icon={<Power />}
          onSelect={() => void update.apply({ webhookId: webhook.id, enabled: !webhook.enabled })}
        >
          {webhook.enabled ? "Switch off" : "Switch on"}
        </MenuItem>
        {webhook.githubApp ? null : (
          <>
            <MenuItem icon={<BookOpen />} onSelect={() => setAsked("setup")}>
              How to set it up
            </MenuItem>
            <MenuItem icon={<KeyRound />} onSelect={() => setAsked("rotate")}>
              Rotate the secret…
            </MenuItem>
            <MenuItem icon={<Trash2 />} onSelect={() => setAsked("close")}>
              Close for good…
            </MenuItem>
          </>
        )}
      </Menu>
      {asked === "edit" ? <EditWebhookDialog webhook={webhook} onClose={done} /> : null}
      {asked === "rotate" ? <RotateSecretDialog webhook={webhook} onClose={done} /> : null}
      {asked === "setup" ? <SecretDialog title={`Connect ${webhook.name}`} webhook={webhook} onClose={done} /> : null}
      <ConfirmDialog
        open={asked === "close"}
        onOpenChange={(open) => (open ? undefined : done())}
        title={`Close ${webhook.name}?`}
        verb="Close endpoint"
        danger
        onConfirm={() => close.send({ webhookId: webhook.id })}
      >
        What is sent to it is refused from then on. The tasks it made stay. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}
