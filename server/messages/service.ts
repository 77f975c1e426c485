import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { messages } from "#db/schema/messages.ts";
import { agents } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import { type Colleague, requireInTeam } from "../teams/crew.ts";
import { findTeam } from "../teams/finding.ts";
import { wakeWith } from "./clocks.ts";
import { mentionedIn } from "./mentions.ts";
import { markMessages } from "./receipts.ts";
import type { sendMessageInput } from "./schema.ts";

type MessageRow = typeof messages.$inferSelect;

/**
 * Sends a message to somebody of a team, comments on a task, or answers a message. Those it mentions as `@name` get it
 * too. Nothing in the text is ever acted upon.
 * @returns its id.
 */
export async function sendMessage(context: Context, input: z.output<typeof sendMessageInput>): Promise<string> {
  const { to, body, teamId } = input;
  const named = input.task ? await findTask(context, input.task) : undefined;
  const answered = input.replyTo ? await findMessage(context, input.replyTo) : undefined;
  const task = named ?? (answered?.taskId ? await findTask(context, answered.taskId) : undefined);
  if (answered && answered.taskId !== (task?.id ?? null))
    throw new AppError("invalid", "The message you answer is not about that task. Leave the task out: it follows.");
  if (!task && !to && !answered) {
    throw new AppError("invalid", "Name the task the message is about, or whom it is to, or both.");
  }
  const team =
    task?.teamId ?? answered?.teamId ?? teamId ?? context.actor.agent?.teamId ?? (to && (await teamOf(context, to)));
  if (!team) throw new AppError("invalid", "Name the team: a person may belong to several.");
  await findTeam(context, team);
  if (to) await requireInTeam(context, team, to);
  if (to?.id === context.actor.id) throw new AppError("invalid", "That is yourself. Name somebody else.");
  const first = to ?? (await answerTo(context, team, answered)) ?? assigneeOf(context, task);
  const mentioned = await mentionedIn(context, team, body);
  const recipients = [...(first ? [first] : []), ...mentioned.filter(({ id }) => id !== first?.id)];
  if (!task && recipients.length === 0)
    throw new AppError("conflict", "Whom you answer is not there any more. Name somebody of the team with `to`.");
  const id = await say(context, { team, task, recipients, body, answered });
  if (answered) await markMessages(context, { messages: [answered.id], as: "processed" });
  await wakeWith(context, id, recipients);
  return id;
}

/** What the product itself has to say in a task's conversation. It wakes nobody: what it is about does. */
export async function sendSystemMessage(context: Context, task: Task, body: string): Promise<string> {
  const assignee = assigneeOf(context, task);
  return say(context, { team: task.teamId, task, recipients: assignee ? [assignee] : [], body, answered: undefined });
}

interface Said {
  team: string;
  task: Task | undefined;
  recipients: readonly Colleague[];
  body: string;
  answered: MessageRow | undefined;
}

async function say(context: Context, { team, task, recipients, body, answered }: Said): Promise<string> {
  const id = newId();
  const [recipient = null, ...alsoTo] = recipients;
  const threadId = answered && (answered.threadId ?? answered.id);
  const data = {
    body,
    recipient,
    ...(alsoTo.length > 0 ? { alsoTo } : {}),
    ...(threadId ? { threadId } : {}),
  };
  await record(context, "message.sent", [{ subject: id, task: task?.id ?? null, team, data }]);
  return id;
}

/** A comment reaches whoever works on the task, without being addressed. */
function assigneeOf({ actor }: Context, task: Task | undefined): Colleague | undefined {
  if (!task?.assigneeId || !task.assigneeKind || task.assigneeId === actor.id) return undefined;
  return { kind: task.assigneeKind, id: task.assigneeId };
}

/** An answer reaches who wrote what it answers, as long as they are of the team; after one's own message, whom that was to. */
async function answerTo(
  context: Context,
  team: string,
  answered: MessageRow | undefined,
): Promise<Colleague | undefined> {
  if (!answered) return undefined;
  const { sender } = answered;
  const candidates: Colleague[] =
    sender.id === context.actor.id
      ? await context.tx.execute<
          Colleague & Record<string, unknown>
        >(sql`select recipient_kind as kind, recipient_id as id from message_receipts
          where org_id = ${answered.orgId} and message_id = ${answered.id} order by recipient_id limit 1`)
      : sender.kind === "system"
        ? []
        : [{ kind: sender.kind, id: sender.id }];
  const [candidate] = candidates;
  if (!candidate) return undefined;
  try {
    await requireInTeam(context, team, candidate);
    return candidate;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** A message of a team the actor sees. @throws AppError not_found, the same for missing and foreign. */
async function findMessage({ tx, actor }: Context, id: string): Promise<MessageRow> {
  const [message] = await tx
    .select()
    .from(messages)
    .where(and(eq(messages.orgId, actor.orgId), eq(messages.id, id)));
  if (!message || !(actor.teams === "all" || actor.teams.includes(message.teamId)))
    throw new AppError("not_found", `There is no message ${id} here. get_inbox shows those to you.`);
  return message;
}

async function teamOf({ tx, actor }: Context, to: Colleague): Promise<string | undefined> {
  if (to.kind === "user") return undefined;
  const [agent] = await tx
    .select({ teamId: agents.teamId })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, to.id)));
  return agent?.teamId;
}
