import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { agents } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import { requireInTeam } from "../teams/crew.ts";
import { findTeam } from "../teams/finding.ts";
import type { sendMessageInput } from "./schema.ts";

type Recipient = NonNullable<z.output<typeof sendMessageInput>["to"]>;

/** Sends a message to somebody of a team, or comments on a task. @returns its id. */
export async function sendMessage(
  context: Context,
  { to, task: ref, teamId, body }: z.output<typeof sendMessageInput>,
): Promise<string> {
  const task = ref ? await findTask(context, ref) : undefined;
  if (!task && !to) {
    throw new AppError("invalid", "Name the task the message is about, or whom it is to, or both.");
  }
  const team = task?.teamId ?? teamId ?? context.actor.agent?.teamId ?? (to && (await teamOf(context, to)));
  if (!team) throw new AppError("invalid", "Name the team: a person may belong to several.");
  await findTeam(context, team);
  if (to) await requireInTeam(context, team, to);
  return say(context, { team, task, to: to ?? assigneeOf(context, task), body });
}

/** What the product itself has to say in a task's conversation; it reaches whoever is assigned. */
export async function sendSystemMessage(context: Context, task: Task, body: string): Promise<string> {
  return say(context, { team: task.teamId, task, to: assigneeOf(context, task), body });
}

async function say(
  context: Context,
  { team, task, to, body }: { team: string; task: Task | undefined; to: Recipient | null; body: string },
): Promise<string> {
  const id = newId();
  await record(context, "message.sent", [{ subject: id, task: task?.id ?? null, team, data: { body, recipient: to } }]);
  return id;
}

/** A comment reaches whoever works on the task, without being addressed. */
function assigneeOf({ actor }: Context, task: Task | undefined): Recipient | null {
  if (!task?.assigneeId || !task.assigneeKind || task.assigneeId === actor.id) return null;
  return { kind: task.assigneeKind, id: task.assigneeId };
}

async function teamOf({ tx, actor }: Context, to: Recipient): Promise<string | undefined> {
  if (to.kind === "user") return undefined;
  const [agent] = await tx
    .select({ teamId: agents.teamId })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, to.id)));
  return agent?.teamId;
}
