import { sql } from "drizzle-orm";
import type { LeaseEnd } from "#db/enums.ts";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Actor, Context } from "../context.ts";
import { stopDriven } from "../sessions/conversations.ts";
import { idleReason } from "../sessions/idle.ts";
import { moveSession, wakeWorkers } from "../sessions/driven.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { queueMessage } from "../sessions/messages.ts";
import type { SessionRow } from "../sessions/closing.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { dispatcher } from "./beginning.ts";
import { decideNext, type Next, type Standing } from "./deciding.ts";
import { takeAnswered, takeWritten, type Told } from "./telling.ts";
import { nudge } from "./words.ts";

/** An agent's session on a task, which may need something done about it. */
export interface TaskSession {
  orgId: string;
  sessionId: string;
  taskId: string;
  agentId: string;
}

/**
 * Sessions on tasks in which something may have to be done: the turn is over and the task is not, the lease is gone and
 * the turn is not, the task is over and the session is not, or the agent is to hear something. Over all organizations.
 */
export async function findUnsettled({ tx }: Context, most: number): Promise<TaskSession[]> {
  return tx.execute<TaskSession & Record<string, unknown>>(sql`
    with up as materialized (
      select s.org_id, s.id from sessions s where s.agent_kind is not null and s.agent_id is not null
        and s.status in ${livingStatuses}
      union select r.org_id, r.session_id from leases l join session_runs r on r.org_id = l.org_id and r.lease_id = l.id
        where l.ended_at is null
      union select s.org_id, s.id from message_clocks c join messages m on m.org_id = c.org_id and m.id = c.message_id
        join sessions s on s.org_id = m.org_id and s.task_id = m.task_id and s.agent_id = c.agent_id and s.status = 'stopped'
    )
    select s.org_id as "orgId", s.id as "sessionId", s.task_id as "taskId", s.agent_id as "agentId"
    from up u join sessions s on s.org_id = u.org_id and s.id = u.id
      join session_runs r on r.org_id = s.org_id and r.session_id = s.id
      join leases l on l.org_id = r.org_id and l.id = r.lease_id
      join tasks t on t.org_id = s.org_id and t.id = s.task_id
    where (t.status in ('done', 'cancelled') and s.status in ${livingStatuses})
      or (l.ended_at is not null and s.status in ('running', 'waiting') and r.cancel_turn is distinct from s.turns
        and (l.end_reason <> 'completed' or l.ended_at < now() - interval '60 seconds'))
      or (l.ended_at is null and t.status = 'in_progress' and s.status in ('ready', 'stopped', 'error', 'archived', 'removing', 'removed')
        and (r.stop_reason is distinct from 'cancelled' or r.failure_code is not null or s.status <> 'ready')
        and not exists (select 1 from session_messages m where m.org_id = s.org_id and m.session_id = s.id and m.status in ('queued', 'running')))
      or (t.status not in ('done', 'cancelled', 'todo', 'failed') and s.status in ('ready', 'running', 'waiting', 'stopped') and exists (
        select 1 from message_clocks c join messages m on m.org_id = c.org_id and m.id = c.message_id
          where c.org_id = s.org_id and c.agent_id = s.agent_id and m.task_id = s.task_id
            and (l.ended_at is null or m.sender->>'kind' = 'user')))
    order by s.id limit ${most}`);
}

/** Does what is to be done about a session on a task. `agent` hears what was written to it. @returns what was done. */
export async function settleTaskSession(
  context: Context,
  agent: Actor,
  { taskId, sessionId }: TaskSession,
): Promise<Next> {
  const task = await lockTask(context, taskId);
  const { session, standing, failure, leaseId } = await readStanding(context, task, sessionId);
  const heard = await hear({ ...context, actor: agent }, task, session, standing);
  if (heard > 0) return "go_on";
  const next = decideNext(standing);
  const reason = failure ?? session.statusReason ?? "Its session ended.";
  switch (next) {
    case "stop":
      await stopDriven(context, sessionId, `#${task.number} is ${task.status}.`);
      break;
    case "cancel":
      await cancelTurnOf(context, session);
      break;
    case "rest":
    case "hand_back":
      await moveTask(context, task, "todo", { reason });
      break;
    case "fail":
      await moveTask(context, task, "failed", { reason: whyFailed(standing, reason) });
      break;
    case "go_on":
      await say(context, session, [{ text: nudge(task), by: dispatcher }]);
      await context.tx.execute(sql`update session_runs set nudges = nudges + 1
        where org_id = ${session.orgId} and session_id = ${sessionId} and lease_id = ${leaseId}`);
      break;
    case "nothing":
      break;
    default:
      next satisfies never;
  }
  return next;
}

const whyFailed = ({ session, failureCode, stopReason, nudges }: Standing, reason: string): string => {
  if (session === "stopped") return `The session of its agent was stopped: ${reason}`;
  if (session === "error" || failureCode !== null) return reason;
  const how = stopReason === null ? undefined : stopWords[stopReason];
  return `Its agent stopped ${times(nudges + 1)} without asking for a review${how ? `, at last because ${how}` : ""}.`;
};

const stopWords: Record<string, string> = {
  max_tokens: "an answer reached the model’s limit",
  max_turn_requests: "a turn took too many steps",
  refusal: "the model refused to go on",
  cancelled: "its turn was stopped",
};

const times = (count: number): string => (count === 1 ? "once" : count === 2 ? "twice" : `${count} times`);

async function readStanding(context: Context, task: Task, sessionId: string) {
  const { tx, actor } = context;
  const session = await lockSessionRow(context, sessionId);
  const [run] = await tx.execute<{
    leaseId: string;
    leaseEnd: LeaseEnd | null;
    overSeconds: number;
    hasWords: boolean;
    stopReason: string | null;
    failureCode: string | null;
    failure: string | null;
    nudges: number;
    faults: number;
  }>(sql`select r.lease_id as "leaseId", case when l.ended_at is null then null else coalesce(l.end_reason, 'released') end as "leaseEnd",
      coalesce(extract(epoch from now() - l.ended_at), 0)::float8 as "overSeconds", r.stop_reason as "stopReason",
      r.failure_code as "failureCode", r.failure, r.nudges, r.faults, exists (select 1 from session_messages m
        where m.org_id = r.org_id and m.session_id = r.session_id and m.status in ('queued', 'running')) as "hasWords"
    from session_runs r join leases l on l.org_id = r.org_id and l.id = r.lease_id
    where r.org_id = ${actor.orgId} and r.session_id = ${sessionId} for update of r`);
  if (!run) throw new Error("a session on a task has no lease");
  const { leaseId, failure, ...rest } = run;
  const isIdle = session.statusReason === idleReason;
  const standing: Standing = { ...rest, task: task.status, session: session.status, isIdle };
  return { session, standing, failure, leaseId };
}

/** Brings the agent what was written and answered, where it can do something with it. @returns how much. */
async function hear(context: Context, task: Task, session: SessionRow, at: Standing): Promise<number> {
  const mayHear =
    ["ready", "running", "waiting", "stopped"].includes(at.session) && !["done", "cancelled"].includes(at.task);
  if (!mayHear || (at.session === "stopped" && !at.isIdle)) return 0;
  // Work that comes back brings with it what was written; who holds it now is another matter.
  if (at.leaseEnd !== null && (at.task === "todo" || at.task === "failed")) return 0;
  // In the middle of a turn an answer comes as the result of the call that asked.
  const answered = at.session === "ready" || at.session === "stopped" ? await takeAnswered(context, task) : [];
  const told = [...answered, ...(await takeWritten(context, task))];
  await say(context, session, told);
  return told.length;
}

async function say(context: Context, session: SessionRow, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  if (session.status === "stopped") await moveSession(context, session, "initializing");
  for (const { text, by } of told) await queueMessage(context, session, { text, by, attachmentIds: [] });
}

async function cancelTurnOf(context: Context, session: SessionRow): Promise<void> {
  await context.tx.execute(sql`update session_messages set status = 'cancelled'
    where org_id = ${session.orgId} and session_id = ${session.id} and status = 'queued' and by->>'id' = ${dispatcher.id}`);
  await context.tx.execute(sql`update session_runs set cancel_turn = ${session.turns}
    where org_id = ${session.orgId} and session_id = ${session.id}`);
  wakeWorkers(context, session.id);
}
