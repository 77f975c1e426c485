"use client";

import type { AgentRole } from "#db/enums.ts";
import { agentRoles } from "#db/enums.ts";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { roleWords } from "./agent-words.ts";

type AgentFieldsProps = { agent?: Agent; role: AgentRole; onRole: (role: AgentRole) => void };

/** Name, role and slots: what making and changing an agent both ask for. */
export function AgentFields({ agent, role, onRole }: AgentFieldsProps) {
  return (
    <>
      <Field label="Name" name="name" hint="Its mark is made from it. People and agents call it by this name.">
        <Input name="name" required maxLength={60} defaultValue={agent?.name} autoComplete="off" placeholder="rio" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
        <Field label="Role" name="role" hint={roleWords[role].does}>
          <Select
            value={role}
            onValueChange={onRole}
            options={agentRoles.map((value) => ({ value, label: roleWords[value].label }))}
          />
        </Field>
        <Field label="Slots" name="slots" hint="Tasks at once.">
          <Input name="slots" type="number" min={1} max={64} required defaultValue={agent?.slots ?? 1} />
        </Field>
      </div>
    </>
  );
}

/** The fields of the form, as the operations take them. */
export function readAgentFields(form: HTMLFormElement): { name: string; slots: number } {
  const fields = new FormData(form);
  const name = fields.get("name");
  return { name: typeof name === "string" ? name.trim() : "", slots: Number(fields.get("slots")) };
}
