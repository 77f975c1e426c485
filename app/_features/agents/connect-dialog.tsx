"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { ConnectAgent } from "./connect-agent.tsx";

/** Makes another key for an agent, then shows how to connect with it. */
export function ConnectDialog({ agent, onClose }: { agent: { id: string; name: string }; onClose: () => void }) {
  const create = useChange(useTRPC().apiKeys.create.mutationOptions(), { refused: "No key was made" });
  const [key, setKey] = useState<string>();
  const { failure, submit } = useSubmit(async (form) => {
    const name = new FormData(form).get("name");
    const made = await create.send({ agentId: agent.id, name: typeof name === "string" ? name : "" });
    setKey(made.key);
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="lg"
      title={`Connect ${agent.name}`}
      description={
        key
          ? `It takes work as soon as it comes with this key.`
          : `A new key for ${agent.name}. The keys it has already stay valid.`
      }
      footer={
        key ? (
          <Button variant="primary" onClick={onClose}>
            I have copied the key
          </Button>
        ) : (
          <>
            <DialogClose>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" form="connect-agent" variant="primary" loading={create.isPending}>
              Create key
            </Button>
          </>
        )
      }
    >
      {key ? (
        <ConnectAgent apiKey={key} />
      ) : (
        <form id="connect-agent" onSubmit={submit}>
          <Field
            label="Name of the key"
            name="name"
            hint="What it is for, such as the machine it runs on."
            error={failure}
          >
            <Input name="name" required maxLength={100} defaultValue={agent.name} autoComplete="off" />
          </Field>
        </form>
      )}
    </Dialog>
  );
}
