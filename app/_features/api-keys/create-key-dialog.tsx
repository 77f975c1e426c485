"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import type { KeyScope } from "#db/enums.ts";
import { keyScopes } from "#db/enums.ts";
import { ConnectAgent } from "#app/_features/agents/connect-agent.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { lifetimes, scopeWords } from "./key-words.ts";

const myself = "me";

/** A key for an agent or for oneself; then the key, once, with the lines that use it. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.agents.list.queryOptions({ archived: false }));
  const agents = data?.agents ?? [];
  const [holder, setHolder] = useState<string>();
  const [scope, setScope] = useState<KeyScope>();
  const [lifetime, setLifetime] = useState<string>("never");
  const [key, setKey] = useState<string>();
  const create = useChange(trpc.apiKeys.create.mutationOptions(), { refused: "No key was made" });
  const chosen = holder ?? agents[0]?.id ?? myself;
  const agentId = chosen === myself ? null : chosen;
  const scopeNow = scope ?? (agentId ? "agent" : "all");
  const { failure, submit } = useSubmit(async (form) => {
    const name = new FormData(form).get("name");
    const made = await create.send({
      agentId,
      name: typeof name === "string" ? name : "",
      scopes: [scopeNow],
      expiresInDays: lifetimes.find(({ value }) => value === lifetime)?.days ?? null,
    });
    setKey(made.key);
  });
  if (key) {
    return (
      <Dialog
        open
        onOpenChange={(open) => (open ? undefined : onClose())}
        size="lg"
        title="Your new key"
        footer={
          <Button variant="primary" onClick={onClose}>
            I have copied the key
          </Button>
        }
      >
        <ConnectAgent apiKey={key} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Create an API key"
      action="Create key"
      isPending={create.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name" name="name" hint="What it is for, such as the machine that uses it." error={failure}>
        <Input name="name" required maxLength={100} autoComplete="off" placeholder="laptop" />
      </Field>
      <Field
        label="Acts as"
        name="holder"
        hint={agentId ? "What it does is done by the agent." : "It does what you may, in your name."}
      >
        <Select
          value={chosen}
          onValueChange={setHolder}
          options={[
            ...agents.map(({ id, name }) => ({
              value: id,
              label: name,
              icon: <AgentMark name={name} size={16} decorative />,
            })),
            { value: myself, label: "Me" },
          ]}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Scope" name="scope" hint={scopeWords[scopeNow].may}>
          <Select
            value={scopeNow}
            onValueChange={setScope}
            options={keyScopes.map((value) => ({ value, label: scopeWords[value].label }))}
          />
        </Field>
        <Field label="Expires" name="lifetime">
          <Select value={lifetime} onValueChange={setLifetime} options={lifetimes} />
        </Field>
      </div>
    </FormDialog>
  );
}
