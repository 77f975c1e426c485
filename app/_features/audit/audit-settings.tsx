"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { EventRow } from "#app/_features/events/event-row.tsx";
import { useNames } from "#app/_features/events/use-names.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { toast } from "#app/_ui/toast.ts";
import { auditGroups } from "#server/audit-log/schema.ts";
import { groupLabels } from "./audit-words.ts";
import { downloadText } from "./download.ts";

const kinds = ["all", ...auditGroups] as const;

/** Who administered what, and what was refused: by kind, by person, by day; and the way to take it away. */
export function AuditSettings({ orgSlug }: { orgSlug: string }) {
  const { can, isKnown } = useMe();
  const [{ kind, who, from, to }, setFilter] = useQueryStates(
    {
      kind: parseAsStringLiteral(kinds).withDefault("all"),
      who: parseAsString,
      from: parseAsString.withDefault(""),
      to: parseAsString.withDefault(""),
    },
    { history: "replace" },
  );
  const input = {
    ...(kind === "all" ? {} : { groups: [kind] }),
    ...(who ? { actorId: who } : {}),
    ...(from ? { from: dayStart(from, 0) } : {}),
    ...(to ? { until: dayStart(to, 1) } : {}),
  };
  const canRead = can("org:manage");
  const query = useAudit(input, canRead);
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  const names = useNames(undefined, events);
  const actors = useActors();
  return (
    <SettingsPage
      title="Audit"
      lead="Who administered what, and what was refused. Nothing here can be changed or removed."
      action={canRead ? <Exports input={input} /> : null}
    >
      {isKnown && !canRead ? <LookOnly what="read the audit" /> : null}
      {canRead ? (
        <>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            <Field label="What">
              <Select
                options={kinds.map((value) => ({ value, label: groupLabels[value] }))}
                value={kind}
                onValueChange={(next) => void setFilter({ kind: next === "all" ? null : next })}
              />
            </Field>
            <Field label="Who">
              <Combobox
                options={actors}
                value={who}
                placeholder="Anybody"
                onValueChange={(next) => void setFilter({ who: next })}
              />
            </Field>
            <Field label="From">
              <Input
                type="date"
                value={from}
                onValueChange={(next: string) => void setFilter({ from: next || null })}
              />
            </Field>
            <Field label="To">
              <Input type="date" value={to} onValueChange={(next: string) => void setFilter({ to: next || null })} />
            </Field>
          </div>
          <Loaded query={query} what="The audit" skeleton={<SkeletonRows count={12} label="Loading the audit" />}>
            {() =>
              events.length === 0 ? (
                <EmptyState icon={<ScrollText />} title="Nothing of this kind">
                  Roles, keys, teams, pauses, settings and refused sign-ins are written down here as they happen.
                </EmptyState>
              ) : (
                <Section title="Newest first" flush>
                  <ol>
                    {events.map((event) => (
                      <EventRow key={event.seq} orgSlug={orgSlug} event={event} names={names} isSelected={false} />
                    ))}
                  </ol>
                  <ShowOlder query={query} />
                </Section>
              )
            }
          </Loaded>
        </>
      ) : null}
    </SettingsPage>
  );
}

type AuditInput = { groups?: (typeof auditGroups)[number][]; actorId?: string; from?: string; until?: string };

/** The chosen part of the audit as a file. */
function Exports({ input }: { input: AuditInput }) {
  const api = useTRPCClient();
  const [busy, setBusy] = useState<"csv" | "jsonl" | null>(null);
  const take = async (format: "csv" | "jsonl") => {
    setBusy(format);
    try {
      const { name, contentType, text, next } = await api.audit.export.query({ ...input, format });
      downloadText(name, contentType, text);
      if (next !== null)
        toast.success("The newest 5,000 entries were saved", { description: "Choose days for what is older." });
    } catch (error) {
      toast.error("Nothing was saved", { description: refusalOf(error) });
    } finally {
      setBusy(null);
    }
  };
  useActions([
    {
      id: "audit.csv",
      title: "Save the audit as CSV",
      group: "Audit",
      icon: <Download />,
      run: () => void take("csv"),
    },
    {
      id: "audit.jsonl",
      title: "Save the audit as JSON lines",
      group: "Audit",
      icon: <Download />,
      run: () => void take("jsonl"),
    },
  ]);
  return (
    <span className="flex gap-2">
      <Button icon={<Download className="size-4" />} loading={busy === "csv"} onClick={() => void take("csv")}>
        CSV
      </Button>
      <Button icon={<Download className="size-4" />} loading={busy === "jsonl"} onClick={() => void take("jsonl")}>
        JSON lines
      </Button>
    </span>
  );
}

function useActors() {
  const trpc = useTRPC();
  const members = useQuery(trpc.members.list.queryOptions({ deactivated: true }));
  const agents = useQuery(trpc.agents.list.queryOptions({ archived: true }));
  return [
    ...(members.data?.members ?? []).map(({ userId, name }) => ({ value: userId, label: name })),
    ...(agents.data?.agents ?? []).map(({ id, name }) => ({ value: id, label: `${name} (agent)` })),
  ];
}

/** The beginning of a day where the reader is, as the server takes it. */
function dayStart(day: string, daysLater: number): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

function useAudit(input: AuditInput, enabled: boolean) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  return useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.audit.list.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.audit.list.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
}
