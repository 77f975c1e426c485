"use client";

import { useState } from "react";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
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
  const { failure, submit } = useSubmit(async (form) => {
    const life = new FormData(form).get("leaseSeconds");
    const leaseSeconds = life ? Number(life) : null;
    const thinks = comesByKey(agent) ? {} : { model, ...(agent.runtime === "acp" ? started : {}) };
    await update.send({ agentId: agent.id, role, leaseSeconds, ...thinks, ...readAgentFields(form) });
    onClose();
  });
  return (
    <FormDialog
      title={`Change ${agent.name}`}
      action="Save agent"
      isPending={update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
