"use client";

import { Ellipsis, Pencil, Users, Power, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";
import { EditServerDialog } from "./edit-server-dialog.tsx";
import { OfferDialog } from "./offer-dialog.tsx";

/** What can be done to an attached server. */
export function ServerMenu({ server }: { server: McpServer }) {
  const { id: serverId, name, enabled } = server;
  const { mcpServers } = useTRPC();
  const [open, setOpen] = useState<"edit" | "offer" | "remove" | null>(null);
  const close = () => setOpen(null);
  const check = useChange(mcpServers.check.mutationOptions(), {
    done: () => `${name} is asked now`,
    refused: "It was not asked",
  });
  const update = useChange(mcpServers.update.mutationOptions(), {
    done: (result) => `${name} is switched ${result.server.enabled ? "on" : "off"}`,
    refused: "It was not changed",
  });
  const remove = useChange(mcpServers.remove.mutationOptions(), {
    done: () => `${name} is detached`,
    refused: "It was not detached",
  });
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${name}`} icon={<Ellipsis />} size="sm" />}>
        <MenuItem icon={<RefreshCw />} onSelect={() => void check.apply({ serverId })}>
          Ask it now
        </MenuItem>
        <MenuItem icon={<Pencil />} onSelect={() => setOpen("edit")}>
          Change…
        </MenuItem>
        <MenuItem icon={<Users />} onSelect={() => setOpen("offer")}>
          Offer to…
        </MenuItem>
        <MenuItem icon={<Power />} onSelect={() => void update.apply({ serverId, enabled: !enabled })}>
          {enabled ? "Switch off" : "Switch on"}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 />} danger onSelect={() => setOpen("remove")}>
          Detach…
        </MenuItem>
      </Menu>
      {open === "edit" ? <EditServerDialog server={server} onClose={close} /> : null}
      {open === "offer" ? <OfferDialog server={server} onClose={close} /> : null}
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={(next) => (next ? undefined : close())}
        title={`Detach ${name}?`}
        verb="Detach server"
        danger
        onConfirm={() => remove.send({ serverId })}
      >
        Models are not offered its tools any more, and what opened it is forgotten. What was done with them stays on
        record.
      </ConfirmDialog>
    </>
  );
}
