"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";
import { readServerFields } from "./read-server-fields.ts";
import { ServerFields } from "./server-fields.tsx";

/** Where a server is, or what opens it, changes. What opened it stays unless it is written anew. */
export function EditServerDialog({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { id: serverId, name, transport } = server;
  const [failure, setFailure] = useState<string>();
  const update = useChange(useTRPC().mcpServers.update.mutationOptions(), {
    done: () => `${name} was changed`,
    refused: "It was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const { secrets, ...place } = readServerFields(new FormData(event.currentTarget), transport);
      await update.send({ serverId, ...place, ...(Object.keys(secrets).length > 0 ? { secrets } : {}) });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Change ${name}`}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="edit-server" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-server" onSubmit={submit} className="flex flex-col gap-4">
        <ServerFields
          transport={transport}
          url={server.url}
          command={server.command}
          args={server.args}
          secretNames={server.secretNames}
          error={failure}
        />
      </form>
    </Dialog>
  );
}
