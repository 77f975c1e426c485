"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import {
  type PolicyEffect,
  type PolicyScope,
  type PolicySubject,
  policyEffects,
  policyScopes,
  policySubjects,
} from "#db/enums.ts";
import { effectWords, patternHints, subjectWords } from "./policy-words.ts";

const ends = [
  { value: "never", label: "Until it is removed" },
  { value: "1", label: "For an hour" },
  { value: "24", label: "For a day" },
  { value: "168", label: "For a week" },
] as const;

const goneSessions: ReadonlySet<string> = new Set(["archived", "removing", "removed"]);

/** A choice such as "agent 01a1…" as what is meant; the team itself is nobody in it. */
function scopeIn(choice: string): { scope: PolicyScope; id: string } | null {
  const [name, id = ""] = choice.split(" ");
  const scope = policyScopes.find((one) => one === name);
  return scope === undefined || scope === "team" ? null : { scope, id };
}

/** Sets what the tools of a team's agents may do: of all of them, of one, or in one session. */
export function PolicyDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const team = useTeamChoice();
  const [effect, setEffect] = useState<PolicyEffect>("allow");
  const [subject, setSubject] = useState<PolicySubject>("command");
  const [access, setAccess] = useState<"both" | "read" | "write">("both");
  const [end, setEnd] = useState<(typeof ends)[number]["value"]>("never");
  const set = useChange(trpc.policies.set.mutationOptions(), {
    done: ({ policy }) => `${effectWords[policy.effect]}: ${policy.pattern}`,
    refused: "The policy was not set",
  });
  const chosen = team.teamId ?? "";
  const [of, setOf] = useState<{ scope: PolicyScope; id: string } | null>(null);
  const agents = useQuery(
    trpc.agents.list.queryOptions({ teamId: chosen, archived: false }, { enabled: chosen !== "" }),
  );
  const sessions = useQuery(trpc.sessions.list.queryOptions({ teamId: chosen, limit: 50 }, { enabled: chosen !== "" }));
  const whose = [
    { value: `team ${chosen}`, label: "Every agent of the team" },
    ...(agents.data?.agents ?? []).map(({ id, name }) => ({ value: `agent ${id}`, label: `The agent ${name}` })),
    ...(sessions.data?.sessions ?? [])
      .filter(({ agentKind, status }) => agentKind !== null && !goneSessions.has(status))
      .map(({ id, name }) => ({ value: `session ${id}`, label: `The session ${name}` })),
  ];
  const { failure, submit } = useSubmit(async (form) => {
    const given = new FormData(form).get("pattern");
    const until = end === "never" ? null : new Date(Date.now() + Number(end) * 3_600_000).toISOString();
    await set.send({
      ...{ scope: of?.scope ?? "team", scopeId: of?.id ?? chosen, effect, subject, until },
      access: subject === "path" && access !== "both" ? access : null,
      pattern: typeof given === "string" ? given : "",
    });
    onClose();
  });
  return (
    <FormDialog
      title="Set a policy"
      description="Deny wins over always ask, and always ask over allow."
      action="Set policy"
      isPending={set.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Team">
          <Select
            options={team.options}
            value={team.teamId}
            onValueChange={(next) => {
              team.choose(next);
              setOf(null);
            }}
          />
        </Field>
        <Field label="For whom">
          <Select
            options={whose}
            value={of ? `${of.scope} ${of.id}` : `team ${chosen}`}
            onValueChange={(next) => setOf(scopeIn(next))}
          />
        </Field>
        <Field label="What happens">
          <Select
            options={policyEffects.map((value) => ({ value, label: effectWords[value] }))}
            value={effect}
            onValueChange={setEffect}
          />
        </Field>
        <Field label="Of what">
          <Select
            options={policySubjects.map((value) => ({ value, label: subjectWords[value] }))}
            value={subject}
            onValueChange={setSubject}
          />
        </Field>
        {subject === "path" ? (
          <Field label="Access">
            <Select
              options={[
                { value: "both", label: "Reading and writing" },
                { value: "read", label: "Reading" },
                { value: "write", label: "Writing" },
              ]}
              value={access}
              onValueChange={setAccess}
            />
          </Field>
        ) : null}
        <Field label="Until">
          <Select options={ends} value={end} onValueChange={setEnd} />
        </Field>
        <div className="sm:col-span-2">
          <Field label="Pattern" name="pattern" hint={patternHints[subject]} error={failure}>
            <Input name="pattern" required maxLength={300} autoComplete="off" mono />
          </Field>
        </div>
      </div>
    </FormDialog>
  );
}
