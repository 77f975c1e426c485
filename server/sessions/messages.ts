import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import type { ActorRef } from "#db/columns.ts";
import { isoTime } from "#db/iso-time.ts";
import { sessionAttachments, sessionMessages } from "#db/schema/session-chunks.ts";
import { actorRef, type Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { traceparentOf } from "../tracing/spans.ts";
import type { SessionRow } from "./closing.ts";
import { cannot, lockDriven, moveSession, wakeWorkers } from "./driven.ts";
import type { messageResult, sendMessageInput } from "./schema.ts";

/** What an agent may still have to answer; more is refused, so that nobody talks into the dark. */
const mostQueued = 50;

type Message = z.output<typeof messageResult>["message"];

/**
 * Says something to the agent: it is answered when those before it are. A session that was stopped is taken up for it.
 * @throws AppError conflict when it cannot be answered any more, or too much waits already.
 */
export async function sendMessage(context: Context, input: z.output<typeof sendMessageInput>): Promise<Message> {
  const session = await lockDriven(context, input.sessionId);
  if (["archived", "removing", "removed"].includes(session.status)) throw cannot(session, "answered");
  if (session.status === "stopped" || session.status === "error") await moveSession(context, session, "initializing");
  return queueMessage(context, session, input);
}

/** Puts it behind what was said before. The session is locked. */
export async function queueMessage(
  context: Context,
  session: SessionRow,
  { text, attachmentIds, by }: { text: string; attachmentIds: readonly string[]; by?: ActorRef },
): Promise<Message> {
  const { tx, actor, now } = context;
  const waiting = await tx
    .select({ id: sessionMessages.id })
    .from(sessionMessages)
    .where(ofSession(session, "queued"))
    .limit(mostQueued);
  if (waiting.length >= mostQueued)
    throw new AppError(
      "conflict",
      `${mostQueued} messages wait already. Wait for their answers, or take them back with cancel_session_turn.`,
    );
  await requireAttachments(context, session, attachmentIds);
  const id = newId();
  await tx.insert(sessionMessages).values({
    ...{
      orgId: actor.orgId,
      id,
      sessionId: session.id,
      text,
      by: by ?? actorRef(actor),
      status: "queued",
      createdAt: now,
    },
    attachmentIds: [...attachmentIds],
    traceparent: traceparentOf(),
  });
  wakeWorkers(context, session.id);
  const [message] = await readMessages(context, session.id, id);
  if (!message) throw new Error("a message that was just queued cannot be read");
  return message;
}

const ofSession = ({ orgId, id }: SessionRow, status: "queued" | "running") =>
  and(eq(sessionMessages.orgId, orgId), eq(sessionMessages.sessionId, id), eq(sessionMessages.status, status));

async function requireAttachments({ tx, actor }: Context, session: SessionRow, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = await tx
    .select({ id: sessionAttachments.id })
    .from(sessionAttachments)
    .where(
      and(
        eq(sessionAttachments.orgId, actor.orgId),
        eq(sessionAttachments.sessionId, session.id),
        inArray(sessionAttachments.id, [...ids]),
      ),
    );
  const missing = ids.find((id) => !found.some((one) => one.id === id));
  if (missing) throw new AppError("not_found", `There is no attachment ${missing} in this session. Upload it first.`);
}

/** What waits for its turn, oldest first; or one message, whatever became of it. */
export async function readMessages({ tx, actor }: Context, sessionId: string, id?: string): Promise<Message[]> {
  const which = id ? sql`m.id = ${id}` : sql`m.status = 'queued'`;
  return tx.execute<Message & Record<string, unknown>>(sql`select m.id, m.text, m.by->>'name' as by, m.status,
      ${isoTime(sql`m.created_at`)} as at, coalesce((select json_agg(json_build_object('id', a.id, 'name', a.name,
        'mimeType', a.mime_type, 'size', a.size)) from session_attachments a where a.org_id = m.org_id and a.id = any(m.attachment_ids)), '[]') as attachments
    from session_messages m where m.org_id = ${actor.orgId} and m.session_id = ${sessionId} and ${which} order by m.id`);
}

/** Takes back what waits; what is being answered is ended by whoever drives the session. */
export async function takeBackMessages({ tx }: Context, session: SessionRow): Promise<void> {
  await tx.update(sessionMessages).set({ status: "cancelled" }).where(ofSession(session, "queued"));
}

/** The message whose turn it is. */
export async function nextMessage({ tx }: Context, session: SessionRow) {
  const [next] = await tx
    .select()
    .from(sessionMessages)
    .where(ofSession(session, "queued"))
    .orderBy(asc(sessionMessages.id))
    .limit(1);
  return next;
}

/** What was said first in it: of a session on a task what the task is. */
export async function firstMessage({ tx, actor }: Context, sessionId: string): Promise<string | undefined> {
  const [first] = await tx
    .select({ text: sessionMessages.text })
    .from(sessionMessages)
    .where(and(eq(sessionMessages.orgId, actor.orgId), eq(sessionMessages.sessionId, sessionId)))
    .orderBy(asc(sessionMessages.id))
    .limit(1);
  return first?.text;
}
