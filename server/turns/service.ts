import { and, desc, eq, sql } from "drizzle-orm";
import type { ModelMessage } from "ai";
import { turnMessages, turns } from "#db/schema/turns.ts";
import type { Context } from "../context.ts";
import { newId } from "../ids.ts";
import type { Grant } from "../leases/service.ts";
import { openSessionFor } from "../sessions/service.ts";
import { findTask, type Task } from "../tasks/finding.ts";

export type Turn = typeof turns.$inferSelect;

/** A turn that is taken up again so often without an end kills whoever runs it. */
export const mostResumed = 20;

/**
 * Begins a turn under a lease, or goes on with the one before when nobody worked on the task in between and it was not
 * sent back since. @returns undefined when the lease has ended.
 */
export async function takeUpTurn(context: Context, grant: Grant): Promise<{ turn: Turn; task: Task } | undefined> {
  const { tx, now } = context;
  const task = await findTask(context, grant.taskId);
  if (!(await holdsLease(context, grant.leaseId))) return undefined;
  const [last] = await tx
    .select()
    .from(turns)
    .where(and(eq(turns.orgId, grant.orgId), eq(turns.taskId, grant.taskId)))
    .orderBy(desc(turns.attempt))
    .limit(1)
    .for("update");
  if (last && last.rework === task.rework && (await isNext(context, last, grant))) {
    // A session is of one agent: whoever takes the turn up from another books in one of their own.
    const sessionId = last.agentId === grant.agentId ? last.sessionId : newId();
    if (sessionId !== last.sessionId) await openSession(context, sessionId, task, grant.agentId);
    const changed = {
      leaseId: grant.leaseId,
      agentId: grant.agentId,
      sessionId,
      status: "running" as const,
      reason: null,
    };
    const resumed = last.leaseId === grant.leaseId ? last.resumed : last.resumed + 1;
    await tx
      .update(turns)
      .set({ ...changed, resumed })
      .where(whichTurn(last));
    return { turn: { ...last, ...changed, resumed }, task };
  }
  const turn: Turn = {
    ...{ orgId: grant.orgId, id: newId(), taskId: task.id, teamId: task.teamId, agentId: grant.agentId },
    ...{
      leaseId: grant.leaseId,
      attempt: (last?.attempt ?? 0) + 1,
      status: "running",
      sessionId: newId(),
      model: null,
    },
    ...{ rework: task.rework, resumed: 0, requestId: null, output: null, reason: null, startedAt: now, endedAt: null },
  };
  await tx.insert(turns).values(turn);
  await openSession(context, turn.sessionId, task, grant.agentId);
  return { turn, task };
}

const openSession = (context: Context, id: string, { id: taskId, teamId, number, title }: Task, agentId: string) =>
  openSessionFor(context, id, { teamId, agentId, taskId, purpose: `#${number} ${title}`, model: "by routing" });

/**
 * Whether a turn that did not end stood right before this lease: nobody else held the task in between. Another agent of a
 * model that did not take the turn up (its process died with the claim in hand) did nothing.
 */
async function isNext({ tx }: Context, last: Turn, grant: Grant): Promise<boolean> {
  if (last.status === "finished" || last.status === "failed") return false;
  if (last.leaseId === grant.leaseId) return true;
  const between = await tx.execute(sql`select 1 from leases l, leases o where l.org_id = ${grant.orgId}
    and l.task_id = ${grant.taskId} and o.org_id = l.org_id and o.id = ${last.leaseId} and l.fence > o.fence and l.fence < ${grant.fence}
    and not exists (select 1 from agents a where a.org_id = l.org_id and a.id = l.agent_id and a.runtime = 'model') limit 1`);
  return between.length === 0;
}

/** Shares the lease until the commit: what is written with it is written while it lives, or not at all. */
export async function holdsLease({ tx, actor }: Context, leaseId: string): Promise<boolean> {
  const live = await tx.execute(sql`select 1 from leases where org_id = ${actor.orgId} and id = ${leaseId}
    and ended_at is null for share`);
  return live.length > 0;
}

/** The conversation so far. */
export async function readMessages({ tx }: Context, { orgId, id }: Turn): Promise<ModelMessage[]> {
  const rows = await tx
    .select({ message: turnMessages.message })
    .from(turnMessages)
    .where(and(eq(turnMessages.orgId, orgId), eq(turnMessages.turnId, id)))
    .orderBy(turnMessages.number);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `keepMessages` writes there, which takes them typed
  return rows.map(({ message }) => message as ModelMessage);
}

/**
 * Adds to the conversation, at the place that follows what is known: who is not the holder any more writes nothing.
 * @returns whether it was written.
 */
export async function keepMessages(
  context: Context,
  turn: Turn,
  from: number,
  messages: readonly ModelMessage[],
  model?: string,
): Promise<boolean> {
  const { tx, now } = context;
  const { orgId, id, leaseId } = turn;
  const added = messages.map((message, index) => ({ number: from + index, message: storable(message) }));
  const [own] = await tx.execute(sql`
    with live as materialized (select 1 from leases where org_id = ${orgId} and id = ${leaseId} and ended_at is null for share),
    own as (update turns set request_id = null, model = coalesce(${model ?? null}, model)
      where org_id = ${orgId} and id = ${id} and lease_id = ${leaseId} and status = 'running' and exists (select 1 from live) returning id),
    said as (insert into turn_messages (org_id, turn_id, number, message, at)
      select ${orgId}, o.id, m.number, m.message, ${now.toISOString()}::timestamptz
        from own o, jsonb_to_recordset(${JSON.stringify(added)}::text::jsonb) as m(number int, message jsonb)
      on conflict do nothing)
    select 1 from own`);
  return own !== undefined;
}

/** Among what a model says right now: all before it stands in the messages. */
export const keptKind = "kept";

/** How a turn stands from now on. */
export async function leaveTurn(
  { tx, now }: Context,
  turn: Turn,
  left: {
    status: "parked" | "handed_back" | "finished" | "failed";
    requestId?: string;
    output?: string;
    reason?: string;
  },
): Promise<void> {
  const isOver = left.status === "finished" || left.status === "failed";
  await tx
    .update(turns)
    .set({
      ...left,
      ...(left.output === undefined ? {} : { output: left.output.replaceAll("\0", "\u2400").toWellFormed() }),
      ...(isOver ? { endedAt: now } : {}),
    })
    .where(and(whichTurn(turn), eq(turns.leaseId, turn.leaseId)));
  await tx.execute(sql`delete from turn_parts where org_id = ${turn.orgId} and turn_id = ${turn.id}`);
}

/** Takes up to so many turns whose people have answered, over all organizations; each is given to one taker only. */
export async function takeAnswered({ tx }: Context, most: number): Promise<Grant[]> {
  return tx.execute<Grant & Record<string, unknown>>(sql`
    with due as materialized (
      select t.org_id, t.id from turns t
        join leases l on l.org_id = t.org_id and l.id = t.lease_id and l.ended_at is null
        join tasks k on k.org_id = t.org_id and k.id = t.task_id and k.status = 'in_progress'
       where t.status = 'parked' order by t.started_at limit ${most} for update of t skip locked)
    update turns t set status = 'running' from due d, leases l
     where t.org_id = d.org_id and t.id = d.id and l.org_id = t.org_id and l.id = t.lease_id
    returning t.org_id as "orgId", t.team_id as "teamId", t.agent_id as "agentId", t.task_id as "taskId", t.lease_id as "leaseId",
      l.fence::float8 as fence`);
}

const whichTurn = ({ orgId, id }: Pick<Turn, "orgId" | "id">) => and(eq(turns.orgId, orgId), eq(turns.id, id));

/** What no database keeps does not stop a turn: a zero character, half of one. */
function storable(message: ModelMessage): unknown {
  return JSON.parse(JSON.stringify(message).replaceAll(String.raw`\u0000`, "\u2400"), (_key, value: unknown) =>
    typeof value === "string" ? value.toWellFormed() : value,
  );
}
