import { and, eq, inArray, sql } from "drizzle-orm";
import type { SessionStatus } from "#db/enums.ts";
import { sessionAttachments, sessionMessages } from "#db/schema/session-chunks.ts";
import { livingStatuses } from "#db/schema/sessions.ts";
import { makeKey } from "../auth/key.ts";
import { hashSecret } from "../auth/secret.ts";
import type { Context, Settings } from "../context.ts";
import { findKind } from "../drivers/kinds.ts";
import { record } from "../events/record.ts";
import type { SessionRow } from "./closing.ts";
import { moveSession, wakeWorkers } from "./driven.ts";
import { lockSessionRow } from "./finding.ts";
import { nextMessage } from "./messages.ts";
import { canMove, isInTurn } from "./transitions.ts";

/**
 * After so long without a sign of life a worker is dead, and others go on with its sessions: before the leases of what
 * they work on end, so that the work stays where it is.
 */
export const holdSeconds = ({ leaseSeconds }: Settings): number => Math.max(1, leaseSeconds.driven * 0.8);
/** A message whose answer was interrupted so often is given up. */
const mostTries = 3;

export interface Held {
  orgId: string;
  sessionId: string;
}

/** With who works in it: the agent's name in its team, or what its kind is called. */
export interface Taken extends Held {
  agentName: string;
}

/**
 * Takes sessions that nobody drives and that need somebody, for one worker. Two workers never take the same. `here`: those
 * that the worker still has something of, which it takes again when that is over.
 */
export async function takeSessions(
  { tx, settings }: Context,
  holder: string,
  room: number,
  here: readonly string[] = [],
): Promise<Taken[]> {
  const taken = await tx.execute<
    Held & { name: string | null; kind: string } & Record<string, unknown>
  >(sql`update session_runs r set holder = ${holder}::uuid,
      held_until = clock_timestamp() + make_interval(secs => ${holdSeconds(settings)})
    from (select r.org_id, r.session_id, s.agent_kind, (select a.name from agents a where a.org_id = s.org_id and a.id = s.agent_id) as agent_name
      from session_runs r join sessions s on s.org_id = r.org_id and s.id = r.session_id
      where s.agent_kind is not null and (r.holder is null or (r.held_until < clock_timestamp() and r.holder <> ${holder}::uuid))
        and r.session_id <> all(${`{${here.join(",")}}`}::uuid[])
        and (s.status in ('initializing', 'running', 'waiting', 'removing') or (s.status = 'ready' and exists (
          select 1 from session_messages m where m.org_id = s.org_id and m.session_id = s.id and m.status = 'queued'))
          or (s.status in ('ready', 'paused') and exists (select 1 from lease_clocks c
            where c.org_id = r.org_id and c.lease_id = r.lease_id and c.expires_at > clock_timestamp())))
      order by r.session_id limit ${room} for update of r skip locked) due
    where r.org_id = due.org_id and r.session_id = due.session_id returning r.org_id as "orgId", r.session_id as "sessionId",
      due.agent_name as name, due.agent_kind as kind`);
  if (taken.length > 0) await renewLeases(tx, holder);
  return taken.map(({ orgId, sessionId, name, kind }) => {
    return { orgId, sessionId, agentName: name ?? findKind(kind)?.name ?? kind };
  });
}

/**
 * Says that the worker lives. @returns the sessions that are still its own: also one whose hold ran out while the worker
 * was too slow to say so, as long as nobody else took it.
 */
export async function renewHolds({ tx, settings }: Context, holder: string): Promise<Set<string>> {
  const rows = await tx.execute<{ id: string }>(sql`update session_runs set
      held_until = clock_timestamp() + make_interval(secs => ${holdSeconds(settings)})
    where holder = ${holder}::uuid returning session_id as id`);
  await renewLeases(tx, holder);
  return new Set(rows.map(({ id }) => id));
}

/**
 * The sign of life of agents that work on a task: whoever drives the session gives it, not the agent. One that waits for
 * people stands still; one that ran out is over.
 */
async function renewLeases(tx: Context["tx"], holder: string): Promise<void> {
  await tx.execute(sql`update lease_clocks c set renewed_at = clock_timestamp(),
      expires_at = clock_timestamp() + make_interval(secs => c.ttl_seconds)
    from session_runs r join sessions s on s.org_id = r.org_id and s.id = r.session_id
      and s.status in ${livingStatuses}
    where r.holder = ${holder}::uuid and r.lease_id is not null and c.org_id = r.org_id and c.lease_id = r.lease_id
      and c.expires_at > clock_timestamp()`);
}

/** A token for the session's agent, valid while the worker holds the session. Only its hash is kept. */
export async function makeRunToken({ tx, actor }: Context, holder: string, sessionId: string): Promise<string> {
  const token = makeKey("st_");
  await tx.execute(sql`update session_runs set token_hash = ${hashSecret(token)}
    where org_id = ${actor.orgId} and session_id = ${sessionId} and holder = ${holder}::uuid`);
  return token;
}

/** Whether its agent only judges what it sees, and changes nothing. */
export async function isReview({ tx, actor }: Context, sessionId: string): Promise<boolean> {
  const [found] = await tx.execute(sql`select 1 from session_runs
    where org_id = ${actor.orgId} and session_id = ${sessionId} and review_id is not null`);
  return found !== undefined;
}

export async function letGo({ tx, actor }: Context, holder: string, sessionId: string): Promise<void> {
  await tx.execute(sql`update session_runs set holder = null, held_until = null, token_hash = null
    where org_id = ${actor.orgId} and session_id = ${sessionId} and holder = ${holder}::uuid`);
}

/**
 * The worker leaves a session in good order: others look at once. A turn that it leaves in the middle does not count as one
 * that died, however often workers are replaced while it runs.
 */
export async function handOver(context: Context, holder: string, sessionId: string): Promise<void> {
  const { tx, actor } = context;
  await tx.execute(sql`update session_messages m set tries = greatest(1, m.tries - 1) from session_runs r
    where r.org_id = ${actor.orgId} and r.session_id = ${sessionId} and r.holder = ${holder}::uuid
      and m.org_id = r.org_id and m.session_id = r.session_id and m.status = 'running'`);
  await letGo(context, holder, sessionId);
  wakeWorkers(context, sessionId);
}

/** The session as its driver sees it, locked. Undefined: somebody else drives it now. */
export async function lockHeld(
  context: Context,
  holder: string,
  sessionId: string,
): Promise<{ session: SessionRow; cancelTurn: number | null } | undefined> {
  const { tx, actor } = context;
  const session = await lockSessionRow(context, sessionId);
  const [run] = await tx.execute<{ cancelTurn: number | null }>(sql`select cancel_turn as "cancelTurn" from session_runs
    where org_id = ${actor.orgId} and session_id = ${sessionId} and holder = ${holder}::uuid for update`);
  return run && { session, cancelTurn: run.cancelTurn };
}

/** Begins the turn of the next message. Undefined: nothing waits, or nothing may begin. */
export async function beginTurn(context: Context, session: SessionRow) {
  if (session.status !== "ready") return undefined;
  let message = await nextMessage(context, session);
  while (message && !(await mayBegin(context, session, message))) message = await nextMessage(context, session);
  if (!message) return undefined;
  const turn = session.turns + 1;
  await context.tx
    .update(sessionMessages)
    .set({ status: "running", turn, tries: message.tries + 1 })
    .where(and(eq(sessionMessages.orgId, session.orgId), eq(sessionMessages.id, message.id)));
  await context.tx.execute(sql`update session_runs set cancel_turn = null
    where org_id = ${session.orgId} and session_id = ${session.id}`);
  await moveSession(context, session, "running", { turn });
  return { message, turn, attachments: await attachmentsOf(context, session, message.attachmentIds) };
}

/**
 * Of an agent's session on a task: what the product told it to do is done under a live lease, and nothing at all while
 * somebody else works in the task's files. What may not begin is taken back.
 */
async function mayBegin(
  { tx }: Context,
  { orgId, id, agentId, taskId }: SessionRow,
  message: { id: string; by: { kind: string } },
): Promise<boolean> {
  if (!agentId || !taskId) return true;
  const [run] = await tx.execute<{ isLive: boolean; isTaken: boolean }>(sql`select
      exists (select 1 from leases l where l.org_id = r.org_id and l.id = r.lease_id and l.ended_at is null) as "isLive",
      exists (select 1 from leases l where l.org_id = r.org_id and l.task_id = ${taskId} and l.ended_at is null
        and l.id is distinct from r.lease_id) as "isTaken"
    from session_runs r where r.org_id = ${orgId} and r.session_id = ${id} and r.lease_id is not null`);
  if (!run || run.isLive || (message.by.kind === "user" && !run.isTaken)) return true;
  await tx
    .update(sessionMessages)
    .set({ status: "cancelled" })
    .where(and(eq(sessionMessages.orgId, orgId), eq(sessionMessages.id, message.id)));
  return false;
}

async function attachmentsOf({ tx }: Context, { orgId, id }: SessionRow, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = await tx
    .select()
    .from(sessionAttachments)
    .where(
      and(
        eq(sessionAttachments.orgId, orgId),
        eq(sessionAttachments.sessionId, id),
        inArray(sessionAttachments.id, [...ids]),
      ),
    );
  const inOrder = rows.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  return inOrder.map(({ name, mimeType, data }) => ({ name, mimeType, data: Buffer.from(data) }));
}

/** The turn is over. Where the session stands elsewhere by now (paused, stopped), it stays there. */
export async function endTurn(context: Context, session: SessionRow, { stopReason, failure }: TurnEnd): Promise<void> {
  await closeMessages(context, session, "done");
  await context.tx.execute(sql`update session_runs set stop_reason = ${stopReason}, failure_code = ${failure?.code ?? null},
      failure = ${failure?.message.slice(0, 2_000) ?? null}, faults = ${failure ? sql`faults + 1` : sql`0`}
    where org_id = ${session.orgId} and session_id = ${session.id}`);
  await toReady(context, session);
}

export interface TurnEnd {
  /** By the agent's word. */
  stopReason: string;
  /** What it broke down of: a code of ours or of a call of a model, and words for people. */
  failure?: { code: string; message: string } | undefined;
}

async function toReady(context: Context, session: SessionRow): Promise<void> {
  if (session.status === "waiting") {
    await moveSession(context, session, "running");
    await moveSession(context, { ...session, status: "running" }, "ready");
  } else if (session.status === "running") await moveSession(context, session, "ready");
}

async function closeMessages({ tx }: Context, { orgId, id }: SessionRow, status: "done" | "queued" | "cancelled") {
  await tx
    .update(sessionMessages)
    .set({ status })
    .where(
      and(eq(sessionMessages.orgId, orgId), eq(sessionMessages.sessionId, id), eq(sessionMessages.status, "running")),
    );
}

/**
 * A turn whose worker died: its message is answered again from where the agent was, unless that happened too often. What
 * it asked people stays open meanwhile: the agent asks the same again, and finds the answer.
 * @returns whether it goes on.
 */
export async function takeUpInterrupted(context: Context, sessionId: string, holder: string): Promise<boolean> {
  const held = await lockHeld(context, holder, sessionId);
  if (!held || !isInTurn(held.session.status)) return false;
  const { session } = held;
  const [tried] = await context.tx.execute<{ tries: number }>(sql`select coalesce(max(tries), 0)::int as tries
    from session_messages where org_id = ${session.orgId} and session_id = ${session.id} and status = 'running'`);
  const goesOn = (tried?.tries ?? 0) < mostTries && held.cancelTurn !== session.turns;
  await closeMessages(context, session, goesOn ? "queued" : "cancelled");
  if (goesOn || held.cancelTurn === session.turns) await toReady(context, session);
  else await moveSession(context, session, "error", { reason: `The turn was interrupted ${mostTries} times.` });
  return goesOn;
}

/** Moves it if that is a legal move from where it stands now; what people did meanwhile counts more. */
export async function moveIfPossible(
  context: Context,
  session: SessionRow,
  to: SessionStatus,
  reason: string | null = null,
): Promise<boolean> {
  if (!canMove(session.status, to)) return false;
  await moveSession(context, session, to, { reason });
  return true;
}

/** The agent's own id of the conversation and its sandbox, where they are new. */
export async function noteConnection(
  context: Context,
  session: SessionRow,
  { externalId, sandboxId }: { externalId: string; sandboxId: string },
): Promise<void> {
  if (session.externalId === externalId && session.sandboxId === sandboxId) return;
  const about = { subject: session.id, team: session.teamId, task: session.taskId };
  await record(context, "session.changed", [{ ...about, data: { externalId, sandboxId } }]);
}

/** The conversation of a session that is being removed. */
export async function forgetConversation({ tx, actor }: Context, sessionId: string): Promise<void> {
  for (const table of ["session_chunks", "session_messages", "session_attachments", "agent_transcripts"])
    await tx.execute(
      sql`delete from ${sql.identifier(table)} where org_id = ${actor.orgId} and session_id = ${sessionId}`,
    );
}

/** Writes what was said, only as long as the worker holds the session. @returns false when it does not. */
export async function appendChunks(
  { tx, hints }: Context,
  holder: string,
  { orgId, sessionId }: Held,
  chunks: readonly { seq: number; turn: number; kind: string; data: unknown; at: string }[],
): Promise<boolean> {
  const written = await tx.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
    select ${orgId}, ${sessionId}, c.seq, c.turn, c.kind, c.data, c.at
      from jsonb_to_recordset(${JSON.stringify(chunks)}::text::jsonb) as c(seq bigint, turn int, kind text, data jsonb, at timestamptz)
     where exists (select 1 from session_runs r where r.org_id = ${orgId} and r.session_id = ${sessionId}
       and r.holder = ${holder}::uuid for share) returning 1`);
  hints.push({ topic: "session_told", orgId, about: sessionId });
  return written.length > 0;
}
