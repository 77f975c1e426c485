import { and, eq, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { repos } from "#db/schema/repos.ts";
import type { Context } from "../context.ts";
import { findPlan, type Plan } from "../plans/finding.ts";
import type { CrewOfPlan } from "./schema.ts";

/** How the sample crew and a plan stand to each other. @throws AppError not_found for the plan. */
export async function readCrew(context: Context, planId: string): Promise<CrewOfPlan> {
  const plan = await findPlan(context, planId);
  const { tx, actor } = context;
  const [row] = await tx.execute<{ requestedAt: string; isOver: boolean; isRunning: boolean; note: string | null }>(sql`
    select ${isoTime(sql`c.requested_at`)} as "requestedAt", c.finished_at is not null as "isOver",
      c.started_at is not null as "isRunning", c.note
    from plan_crews c where c.org_id = ${actor.orgId} and c.plan_id = ${planId}`);
  const [others] = await tx.execute<{ some: boolean }>(sql`select exists (select 1 from agents a
    where a.org_id = ${actor.orgId} and a.team_id = ${plan.teamId} and a.status = 'active' and a.role = 'engineer'
      and not a.is_demonstration) as some`);
  const facts = {
    refusal: await refusalOf(context, plan),
    writes: (await sourceOf(context, plan))?.source === "sample" ? ("recipes" as const) : ("notes" as const),
    isAlone: !others?.some,
  };
  if (!row) return { state: "none", requestedAt: null, note: null, ...facts };
  const { requestedAt, isOver, isRunning } = row;
  const state = isOver ? "home" : isRunning && plan.status === "executing" ? "working" : "waiting";
  const note = state === "waiting" ? waitingWords(plan) : row.note;
  return { state, requestedAt, note, ...facts };
}

function waitingWords({ status }: Plan): string {
  if (status === "executing") return "It begins in a moment, or when it is done with another plan of this team.";
  if (status === "paused") return "It goes on when the plan does.";
  return "It begins when the plan is approved.";
}

/** Why the crew cannot be called to a plan; null when it can. */
export async function refusalOf(context: Context, plan: Plan): Promise<string | null> {
  if (plan.status === "completed" || plan.status === "cancelled")
    return `Plan ${plan.number} is ${plan.status}. Clone it to watch the sample crew carry it out.`;
  if (plan.mode === "external")
    return `Plan ${plan.number} is for agents that come by themselves. Let agents run here too (mode hybrid), then call the crew.`;
  const repo = await sourceOf(context, plan);
  if (!repo || repo.source === "sample" || repo.source === "demonstration") return null;
  return `The sample crew writes notes, not code, and ${repo.name} is for real work. Plan without a repository to watch it.`;
}

async function sourceOf({ tx, actor }: Context, { repoId }: Plan) {
  if (!repoId) return undefined;
  const [repo] = await tx
    .select({ name: repos.name, source: repos.source })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId)));
  return repo;
}
