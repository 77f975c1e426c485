"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleDollarSign } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { Link } from "#app/_ui/link.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { CostSummary } from "#server/budgets/schema.ts";
import { BudgetTiles } from "./budget-tiles.tsx";
import { CostTable } from "./cost-table.tsx";
import { CostsByDay } from "./costs-by-day.tsx";
import { RecentSessions } from "./recent-sessions.tsx";

const spans = ["month", "week", "quarter"] as const;
const spanOptions = [
  { value: "month", label: "This month" },
  { value: "week", label: "7 days" },
  { value: "quarter", label: "90 days" },
] as const;
const days = { week: 7, quarter: 90 } as const;

/** What a team spends: against its caps, by day, model, agent and task. */
export function CostsRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const { can } = useMe();
  const trpc = useTRPC();
  const [span, setSpan] = useQueryState("span", parseAsStringLiteral(spans).withDefault("month"));
  const budgets = useQuery(trpc.budgets.list.queryOptions({ teamId }));
  const firstDay = span === "month" ? {} : { firstDay: daysAgo(days[span] - 1) };
  const costs = useQuery(
    trpc.budgets.costs.queryOptions({ teamId, ...firstDay, by: ["day", "model", "agent", "task"] }),
  );
  return (
    <div className="h-full overflow-y-auto">
      <RoomHead title="Costs" summary={costs.data ? `${money(costs.data.todayMicros)} today` : null}>
        <Segmented label="Period" options={spanOptions} value={span} onValueChange={(next) => void setSpan(next)} />
      </RoomHead>
      <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 p-3 sm:p-4">
        <Loaded query={budgets} what="The budgets" skeleton={<SkeletonRows count={2} label="Loading the budgets" />}>
          {(data) => (
            <BudgetTiles
              budgets={data.budgets}
              manageHref={can("budgets:manage") ? settingsHref(orgSlug, "budgets") : undefined}
            />
          )}
        </Loaded>
        <Loaded query={costs} what="The costs" skeleton={<SkeletonRows count={8} label="Loading the costs" />}>
          {(summary) => (summary.total.calls === 0 ? <NothingSpent orgSlug={orgSlug} /> : <Spent summary={summary} />)}
        </Loaded>
        <RecentSessions orgSlug={orgSlug} teamId={teamId} />
      </div>
    </div>
  );
}

function Spent({ summary }: { summary: CostSummary }) {
  const { total, groups } = summary;
  const rowsOf = (by: string) => groups.find((group) => group.by === by)?.rows ?? [];
  const tokens = total.inputTokens + total.outputTokens + total.cacheReadTokens + total.cacheWriteTokens;
  return (
    <>
      <Section
        title={`${money(total.costMicros)} in ${total.calls === 1 ? "1 call" : `${total.calls.toLocaleString("en")} calls`}`}
        lead={`${tokenCount(tokens)} tokens from ${summary.from} to ${summary.to}, days in UTC.${
          total.uncoveredMicros > 0 ? ` ${money(total.uncoveredMicros)} of it no budget had room for.` : ""
        }${total.ownKeyMicros > 0 ? ` ${money(total.ownKeyMicros)} of it people paid with keys of their own.` : ""}`}
      >
        <CostsByDay from={summary.from} to={summary.to} rows={rowsOf("day")} />
      </Section>
      <div className="grid gap-4 lg:grid-cols-2">
        <CostTable title="By model" noun="Model" rows={rowsOf("model")} total={total.costMicros} />
        <CostTable title="By agent" noun="Agent" rows={rowsOf("agent")} total={total.costMicros} />
      </div>
      <CostTable title="By task" noun="Task" rows={rowsOf("task")} total={total.costMicros} />
    </>
  );
}

function NothingSpent({ orgSlug }: { orgSlug: string }) {
  return (
    <EmptyState icon={<CircleDollarSign />} title="Nothing was spent in this period">
      Agents report what their model calls use with <code>record_usage</code>. It is priced at once and counted in every
      budget. <Link href={settingsHref(orgSlug, "connect")}>Connect an agent</Link> to see its costs here.
    </EmptyState>
  );
}

function daysAgo(count: number): string {
  return new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);
}
