"use client";

import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import { useAgentKinds } from "./use-agent-kinds.ts";

/** Null: as the team, or the kind, has it. */
export type StartedAs = { agentKind: string | null; mode: string | null };

type AgentKindFieldsProps = StartedAs & { onChange: (started: StartedAs) => void };

const usual = "usual";

/** Which coding agent is started for its tasks, and how much that does without asking. */
export function AgentKindFields({ agentKind, mode, onChange }: AgentKindFieldsProps) {
  const { kinds } = useAgentKinds();
  const chosen = kinds.find(({ id }) => id === agentKind);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Coding agent"
        name="agentKind"
        hint={
          chosen && !chosen.installed
            ? "It is not installed yet: the Agents page brings it."
            : "Started in a sandbox for each task."
        }
      >
        <Select
          value={agentKind ?? usual}
          onValueChange={(value) => onChange({ agentKind: value === usual ? null : value, mode: null })}
          options={[
            { value: usual, label: "The team's default" },
            ...kinds.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      {chosen ? (
        <Field label="Unasked" name="mode" hint="Policies forbid in every mode.">
          <Select
            value={mode ?? chosen.defaultMode}
            onValueChange={(value) => onChange({ agentKind, mode: value })}
            options={chosen.modes.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
      ) : null}
    </div>
  );
}
