import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/organizations.ts";
import { tasks } from "#db/schema/tasks.ts";
import { createApiKey, revokeApiKey } from "../api-keys/service.ts";
import type { Context } from "../context.ts";
import { findPlan } from "../plans/finding.ts";
import { assignTask } from "../tasks/service.ts";
import { crewOf, finishCrew } from "./service.ts";

/** A worker that gave no sign of life for so long is dead, and another runs its crews. */
const givenUpAfter = sql`interval '15 seconds'`;

/** A crew that is to work, as a worker takes it. */
export interface Crew {
  [column: string]: unknown;
  orgId: string;
  planId: string;
  teamId: string;
  /** Names this taking: whoever took it over has another. */
  startedAt: string;
}

/** The crew that waits longest, over all organizations: its plan executes, and no other plan of its team has it. */
export async function takeCrew({ tx }: Context): Promise<Crew | undefined> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('sample-crews', 0))`);
  const [taken] =
    await tx.execute<Crew>(sql`update plan_crews c set started_at = clock_timestamp(), beat_at = clock_timestamp()
    where (c.org_id, c.plan_id) = (select d.org_id, d.plan_id from plan_crews d
      join plans p on p.org_id = d.org_id and p.id = d.plan_id and p.status = 'executing'
      where d.finished_at is null and (d.started_at is null or d.beat_at < clock_timestamp() - ${givenUpAfter})
        and not exists (select 1 from plan_crews o where o.org_id = d.org_id and o.team_id = d.team_id
          and o.plan_id <> d.plan_id and o.finished_at is null and o.beat_at >= clock_timestamp() - ${givenUpAfter})
      order by d.requested_at limit 1)
    returning c.org_id as "orgId", c.plan_id as "planId", c.team_id as "teamId", c.started_at::text as "startedAt"`);
  return taken;
}

/** Gives a crew back, for the next worker to take at once. */
export async function leaveCrew({ tx }: Context, { orgId, planId, startedAt }: Crew): Promise<void> {
  await tx.execute(sql`update plan_crews set started_at = null, beat_at = null where org_id = ${orgId} and plan_id = ${planId}
    and started_at = ${startedAt}::timestamptz and finished_at is null`);
}

/** One that works, with what it comes with. */
export interface CrewMember {
  id: string;
  name: string;
  role: string;
  key: string;
}

/** New keys for the members; those that a worker before left are ended. They outlive no day. */
export async function equipCrew(context: Context, { teamId }: Crew): Promise<CrewMember[]> {
  await revokeCrewKeys(context, teamId);
  const members: CrewMember[] = [];
  for (const { id, name, role } of await crewOf(context, teamId)) {
    const made = await createApiKey(context, {
      ...{ name: `sample crew: ${name}`, agentId: id, scopes: ["agent"], expiresInDays: 1 },
    });
    members.push({ id, name, role, key: made.key });
  }
  return members;
}

/** The crew went: its keys open nothing any more. */
export async function revokeCrewKeys(context: Context, teamId: string): Promise<void> {
  const members = (await crewOf(context, teamId)).map(({ id }) => id);
  if (members.length === 0) return;
  const live = await context.tx
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.orgId, context.actor.orgId), inArray(apiKeys.agentId, members), isNull(apiKeys.revokedAt)));
  for (const { id } of live) await revokeApiKey(context, id);
}

/** A crew whose plan is over, or where nothing happened for so long, goes home. */
const patience = sql`interval '1 hour'`;

/**
 * One look at a crew's plan: a sign of life, and the next ready tasks for whoever of the crew is free. Assigned, not drawn:
 * so it never takes what is somebody else's.
 * @returns false when the crew is to leave: sent home, taken over, or its plan is over.
 */
export async function leadCrew(context: Context, crew: Crew): Promise<boolean> {
  const { tx } = context;
  const still = await tx.execute<{ isIdle: boolean }>(sql`update plan_crews c set beat_at = clock_timestamp()
    where c.org_id = ${crew.orgId} and c.plan_id = ${crew.planId} and c.started_at = ${crew.startedAt}::timestamptz and c.finished_at is null
    returning c.requested_at < clock_timestamp() - ${patience} and not exists (select 1 from tasks t where t.org_id = c.org_id
      and t.plan_id = c.plan_id and t.status_changed_at > clock_timestamp() - ${patience}) as "isIdle"`);
  const [row] = still;
  if (!row) return false;
  const plan = await findPlan(context, crew.planId);
  const isOver = ["completed", "cancelled", "failed"].includes(plan.status);
  if (isOver || row.isIdle) {
    await finishCrew(
      context,
      plan,
      row.isIdle && !isOver ? "Nothing happened for an hour. Call it again to go on." : null,
    );
    return false;
  }
  if (plan.status === "executing") await handOut(context, crew);
  return true;
}

async function handOut(context: Context, { orgId, planId, teamId }: Crew): Promise<void> {
  const engineers = (await crewOf(context, teamId)).filter(({ role }) => role === "engineer").map(({ id }) => id);
  if (engineers.length === 0) return;
  const busy = await context.tx
    .selectDistinct({ id: tasks.assigneeId })
    .from(tasks)
    .where(
      and(
        ...[eq(tasks.orgId, orgId), inArray(tasks.assigneeId, engineers), isNull(tasks.archivedAt)],
        inArray(tasks.status, ["todo", "in_progress", "blocked"]),
      ),
    );
  const free = engineers.filter((id) => !busy.some((one) => one.id === id));
  if (free.length === 0) return;
  const ready = await context.tx.execute<{
    id: string;
  }>(sql`select id from tasks where org_id = ${orgId} and plan_id = ${planId}
      and status = 'todo' and open_dependencies = 0 and assignee_id is null and archived_at is null
    order by queue_rank, path_minutes desc nulls last, number limit ${free.length}`);
  for (const [place, { id }] of ready.entries()) {
    const engineer = free[place];
    if (engineer) await assignTask(context, { task: id, assignee: { kind: "agent", id: engineer } });
  }
}

/** Whether nobody but the sample crew ever held a task. */
export async function isWorkOfCrew({ tx, actor }: Context, taskId: string): Promise<boolean> {
  const [row] = await tx.execute<{ others: number }>(sql`select count(*)::int as others from leases l
    left join agents a on a.org_id = l.org_id and a.id = l.agent_id
    where l.org_id = ${actor.orgId} and l.task_id = ${taskId} and a.is_demonstration is not true`);
  return row?.others === 0;
}
