"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { TeamSettings } from "#server/team-settings/schema.ts";
import type { TeamDetail } from "#server/teams/schema.ts";
import { SettingsForm } from "./settings-form.tsx";

const counts = ["0", "1", "2", "3"].map((value) => ({ value, label: value }));

/** A rule while it is written: its globs as one text. */
type Draft = { key: string; paths: string; reviewers: TeamSettings["reviewRules"][number]["reviewers"] };

/** How many approvals a review needs, of whom, and who is asked for which files. */
export function ReviewSettings({
  settings,
  team,
  canChange,
}: {
  settings: TeamSettings;
  team: TeamDetail;
  canChange: boolean;
}) {
  const [people, setPeople] = useState(String(settings.personApprovals));
  const [agents, setAgents] = useState(String(settings.agentApprovals));
  const [drafts, setDrafts] = useState(() => settings.reviewRules.map(draftOf));
  const change = (key: string, next: Partial<Draft>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...next } : draft)));
  return (
    <SettingsForm
      settings={settings}
      canChange={canChange}
      title="Reviews"
      lead="Nobody's approval of their own work counts, and a push voids every approval."
      read={() => ({
        personApprovals: Number(people),
        agentApprovals: Number(agents),
        reviewRules: drafts.map(({ paths, reviewers }) => ({ paths: globsOf(paths), reviewers })),
      })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Approvals of people" hint="Required before anything merges.">
          <Select options={counts} value={people} onValueChange={setPeople} disabled={!canChange} />
        </Field>
        <Field label="Approvals of agents" hint="A further person may stand in for one.">
          <Select options={counts} value={agents} onValueChange={setAgents} disabled={!canChange} />
        </Field>
      </div>
      <p className="text-small text-muted">{inWords(Number(people), Number(agents))}</p>
      <fieldset className="flex flex-col gap-3">
        <legend className="pb-1 text-app font-medium">Who is asked, by the files that change</legend>
        {drafts.length === 0 ? (
          <p className="text-app text-muted">No rules: whichever reviewer is free first.</p>
        ) : null}
        {drafts.map((draft, index) => (
          <RuleRow
            key={draft.key}
            draft={draft}
            place={index + 1}
            team={team}
            canChange={canChange}
            onChange={(next) => change(draft.key, next)}
            onRemove={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
          />
        ))}
        {canChange ? (
          <div>
            <Button
              size="sm"
              icon={<Plus className="size-3.5" />}
              onClick={() => setDrafts([...drafts, { key: crypto.randomUUID(), paths: "", reviewers: [] }])}
            >
              Add a rule
            </Button>
          </div>
        ) : null}
      </fieldset>
    </SettingsForm>
  );
}

type RuleRowProps = {
  draft: Draft;
  place: number;
  team: TeamDetail;
  canChange: boolean;
  onChange: (next: Partial<Draft>) => void;
  onRemove: () => void;
};

function RuleRow({ draft, place, team, canChange, onChange, onRemove }: RuleRowProps) {
  const { data } = useQuery(useTRPC().members.list.queryOptions({ deactivated: false }));
  const choices = [
    ...(data?.members ?? [])
      .filter(
        ({ userId, role }) => role === "owner" || role === "admin" || team.members.some((m) => m.userId === userId),
      )
      .map(({ userId, name }) => ({ value: `user:${userId}`, label: name })),
    ...team.agents
      .filter(({ role }) => role !== "engineer")
      .map(({ id, name }) => ({ value: `agent:${id}`, label: `${name} (agent)` })),
  ];
  const nameOf = ({ kind, id }: Draft["reviewers"][number]) =>
    choices.find(({ value }) => value === `${kind}:${id}`)?.label ?? "somebody who left";
  const add = (value: string | null) => {
    const [kind, id] = value?.split(":") ?? [];
    if (!id || (kind !== "user" && kind !== "agent")) return;
    if (!draft.reviewers.some((who) => who.id === id)) onChange({ reviewers: [...draft.reviewers, { kind, id }] });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 rounded-md border p-3">
      <Field label={`Files of rule ${place}`} hint="Globs, with commas between them: db/**, **/*.sql">
        <Input mono disabled={!canChange} value={draft.paths} onValueChange={(paths: string) => onChange({ paths })} />
      </Field>
      {canChange ? <IconButton label={`Remove rule ${place}`} icon={<X />} size="sm" onClick={onRemove} /> : null}
      <div className="col-span-2 flex flex-wrap items-center gap-2">
        {draft.reviewers.map((who) => (
          <span
            key={who.id}
            className="inline-flex items-center gap-1 rounded-md border bg-sunken py-0.5 pr-0.5 pl-2 text-app"
          >
            {nameOf(who)}
            {canChange ? (
              <IconButton
                label={`Do not ask ${nameOf(who)}`}
                icon={<X />}
                size="sm"
                onClick={() => onChange({ reviewers: draft.reviewers.filter(({ id }) => id !== who.id) })}
              />
            ) : null}
          </span>
        ))}
        {canChange ? (
          <div className="w-56">
            <Combobox
              label={`Ask somebody by rule ${place}`}
              placeholder="Ask…"
              options={choices}
              value={null}
              onValueChange={add}
            />
          </div>
        ) : null}
      </div>
    </div>
  );
}

const draftOf = ({ paths, reviewers }: TeamSettings["reviewRules"][number], place: number): Draft => ({
  key: String(place),
  paths: paths.join(", "),
  reviewers,
});

const globsOf = (text: string): string[] =>
  text
    .split(",")
    .map((glob) => glob.trim())
    .filter((glob) => glob !== "");

function inWords(people: number, agents: number): string {
  if (people + agents === 0) return "One approval, of a person or an agent, is enough.";
  const of = (count: number, who: string) => (count > 0 ? [`${count} of ${who}`] : []);
  return `A review is approved by ${[...of(agents, "agents"), ...of(people, "people")].join(" and ")}. ${
    people > 0 ? "No number of agents stands in for a person." : "A person may stand in for an agent."
  }`;
}
