"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { AgentKindFields, type StartedAs } from "./agent-kind-fields.tsx";
import { AgentModelField } from "./agent-model-field.tsx";
import { AgentFields, readAgentFields } from "./agent-fields.tsx";
import { comesByKey } from "./agent-words.ts";
import { useAgentChanges } from "./use-agent-changes.ts";

/** Name, role, slots, its model and the life of its leases. What it holds stays with it. */
export function EditAgentDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { update } = useAgentChanges();
  const [role, setRole] = useState(agent.role);
  const [model, setModel] = useState(agent.model);
  const [started, setStarted] = useState<StartedAs>({ agentKind: agent.agentKind, mode: agent.mode });
  const [failure, setFailure] = useState<string>();
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const life = new FormData(event.currentTarget).get("leaseSeconds");
    try {
      const leaseSeconds = life ? Number(life) : null;
      const thinks = comesByKey(agent) ? {} : { model, ...(agent.runtime === "acp" ? started : {}) };
      await update.send({ agentId: agent.id, role, leaseSeconds, ...thinks, ...readAgentFields(event.currentTarget) });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Change ${agent.name}`}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="edit-agent" variant="primary" loading={update.isPending}>
            Save agent
          </Button>
        </>
      }
    >
      <form id="edit-agent" onSubmit={submit} className="flex flex-col gap-4">
        <AgentFields agent={agent} role={role} onRole={setRole} />
        {agent.runtime === "acp" ? <AgentKindFields {...started} onChange={setStarted} /> : null}
        {comesByKey(agent) ? null : <AgentModelField teamId={agent.teamId} model={model} onModel={setModel} />}
        <Field
          label="Life of a lease, in seconds"
          name="leaseSeconds"
          hint="How long it may be silent before its task goes to another. Empty: what its runtime has by default."
          error={failure}
          optional
        >
          <Input name="leaseSeconds" type="number" min={2} max={86_400} defaultValue={agent.leaseSeconds ?? ""} />
        </Field>
      </form>
    </Dialog>
  );
}
