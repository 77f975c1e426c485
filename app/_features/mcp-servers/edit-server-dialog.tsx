"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";
import { readServerFields } from "./read-server-fields.ts";
import { ServerFields } from "./server-fields.tsx";

/** Where a server is, or what opens it, changes. What opened it stays unless it is written anew. */
export function EditServerDialog({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { id: serverId, name, transport } = server;
  const update = useChange(useTRPC().mcpServers.update.mutationOptions(), {
    done: () => `${name} was changed`,
    refused: "It was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const { secrets, ...place } = readServerFields(new FormData(form), transport);
    await update.send({ serverId, ...place, ...(Object.keys(secrets).length > 0 ? { secrets } : {}) });
    onClose();
  });
  return (
    <FormDialog title={`Change ${name}`} action="Save" isPending={update.isPending} onSubmit={submit} onClose={onClose}>
      <ServerFields
        transport={transport}
        url={server.url}
        command={server.command}
        args={server.args}
        secretNames={server.secretNames}
        error={failure}
      />
    </FormDialog>
  );
}
