"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Quota } from "#server/quotas/schema.ts";
import { QuotaDialog } from "./quota-dialog.tsx";
import { limitText, quotaNames } from "./quota-words.ts";
import { QuotaMeters } from "./quota-meters.tsx";

const everybody = "everybody";

/** How much of sessions a person may use, and has used today. */
export function QuotasSettings() {
  const trpc = useTRPC();
  const { can, isKnown, me } = useMe();
  const canManage = can("budgets:manage");
  const [edited, setEdited] = useQueryState("edit", parseAsString);
  const own = useQuery(trpc.quotas.get.queryOptions({}));
  return (
    <SettingsPage
      title="Quotas"
      lead="What the sessions of one person may use at once and in a day (UTC). Past it no session is begun and no schedule runs; what runs goes on within its budgets."
    >
      {isKnown && !canManage ? <LookOnly what="change quotas" /> : null}
      <Section title="Yours">
        <Loaded query={own} what="Your quota" skeleton={<SkeletonRows count={2} label="Loading your quota" />}>
          {({ limits, used }) => <QuotaMeters name={me?.name ?? "you"} limits={limits} used={used} />}
        </Loaded>
      </Section>
      {canManage ? <People edited={edited} onEdit={(who) => void setEdited(who)} /> : null}
    </SettingsPage>
  );
}

function People({ edited, onEdit }: { edited: string | null; onEdit: (who: string | null) => void }) {
  const trpc = useTRPC();
  const members = useQuery(trpc.members.list.queryOptions({ deactivated: false }));
  const people = members.data?.members ?? [];
  const quotas = useQueries({ queries: people.map(({ userId }) => trpc.quotas.get.queryOptions({ userId })) });
  const usual = useQuery(trpc.quotas.get.queryOptions({ userId: null }));
  const known = people.map((person, at) => ({ ...person, quota: quotas[at]?.data }));
  const chosen = known.find(({ userId }) => userId === edited);
  return (
    <Section title="People" lead="Whoever has no quota of their own has everybody’s." flush>
      <Loaded query={members} what="The people" skeleton={<SkeletonRows count={4} label="Loading the people" />}>
        {() => (
          <ul aria-label="Quotas" className="divide-y">
            <li className="flex items-center gap-3 px-4 py-2.5">
              <span className="min-w-0 grow">
                <span className="block text-app font-medium">Everybody else</span>
                <span className="block text-small text-muted">{usual.data ? inWords(usual.data.limits) : "…"}</span>
              </span>
              <Button size="sm" onClick={() => onEdit(everybody)} aria-label="Change the quota of everybody else">
                Change
              </Button>
            </li>
            {known.map(({ userId, name, quota }) => (
              <li key={userId} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
                <Avatar name={name} size={24} decorative />
                <span className="min-w-0 grow basis-40">
                  <span className="block truncate text-app font-medium">{name}</span>
                  <span className="block text-small text-muted">{quota ? inWords(quota.limits) : "…"}</span>
                </span>
                {quota && isUsedUp(quota) ? <Badge tone="warning">Used up</Badge> : null}
                <Button size="sm" onClick={() => onEdit(userId)} aria-label={`Change the quota of ${name}`}>
                  Change
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {edited === everybody && usual.data ? (
        <QuotaDialog limits={usual.data.limits} onClose={() => onEdit(null)} />
      ) : null}
      {chosen?.quota ? (
        <QuotaDialog
          person={{ userId: chosen.userId, name: chosen.name }}
          limits={chosen.quota.limits}
          onClose={() => onEdit(null)}
        />
      ) : null}
    </Section>
  );
}

const inWords = (limits: Quota): string =>
  quotaNames.flatMap((name) => limitText(name, limits[name]) ?? []).join(" · ") || "No limit";

const isUsedUp = ({ limits, used }: { limits: Quota; used: Quota }): boolean =>
  quotaNames.some((name) => limits[name] !== null && (used[name] ?? 0) >= (limits[name] ?? 0));
