import { and, eq, sql } from "drizzle-orm";
import type { TaskType, WebhookProvider } from "#db/enums.ts";
import { externalItems } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { sendSystemMessage } from "../messages/service.ts";
import { lockToCancel } from "../tasks/dependencies.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { createTasks, moveTask, updateTask } from "../tasks/service.ts";
import { isOver } from "../tasks/transitions.ts";
import type { WebhookRow } from "./finding.ts";
import { outsideText } from "./payload.ts";
import { ignored, type Outcome, processed } from "./processors/processor.ts";

/** An issue or pull request elsewhere, as a delivery tells its state. */
export interface ExternalItem {
  provider: WebhookProvider;
  /** What people call it: issue, pull request, merge request. */
  noun: string;
  externalId: string;
  url: string | null;
  title: string;
  description: string;
  labels: readonly string[];
  state: "open" | "closed";
  /** Why it is closed, in the provider's word. */
  closedAs?: string | null;
  /** The provider's time of the change. */
  changedAt: Date;
  /** It was just made: of two at the same second this one is the older. */
  isFirst: boolean;
  repoId: string | null;
  type: TaskType;
}

type Known = typeof externalItems.$inferSelect;

/**
 * Brings the task of an item up to what a delivery says. Deliveries come late, twice and in any order, so what counts is
 * the state they carry and when it was true, never that they came: doing it again changes nothing.
 */
export async function applyItem(context: Context, webhook: WebhookRow, item: ExternalItem): Promise<Outcome> {
  const { tx, actor } = context;
  const { teamId } = webhook;
  // Two deliveries about one item at once, perhaps through two endpoints: one after the other, before any other lock.
  const name = `item|${actor.orgId}|${teamId}|${item.externalId}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  const [known] = await tx
    .select()
    .from(externalItems)
    .where(
      and(
        eq(externalItems.orgId, actor.orgId),
        eq(externalItems.teamId, teamId),
        eq(externalItems.externalId, item.externalId),
      ),
    );
  if (known?.taskId && item.state === "closed") await lockToCancel(context, [known.taskId]);
  const task = known?.taskId ? await lockTask(context, known.taskId) : undefined;
  const number = task ? `#${task.number}` : "";
  if (known && isOlder(item, known))
    return {
      ...ignored(`A newer state of this ${item.noun} is known already${task ? `; it is ${number}` : ""}.`),
      taskId: task?.id ?? null,
    };
  const outcome =
    item.state === "closed" ? await close(context, item, known, task) : await open(context, webhook, item, known, task);
  await keep(context, webhook, item, { known, taskId: outcome.taskId ?? known?.taskId ?? null });
  return outcome;
}

function isOlder({ changedAt, isFirst }: ExternalItem, known: Known): boolean {
  const [ours, theirs] = [known.changedAt.getTime(), changedAt.getTime()];
  return theirs < ours || (theirs === ours && isFirst && known.taskId !== null);
}

async function open(
  context: Context,
  webhook: WebhookRow,
  item: ExternalItem,
  known: Known | undefined,
  task: Task | undefined,
): Promise<Outcome> {
  if (task && !isOver(task.status) && !task.archivedAt) return update(context, item, known, task);
  const cameBack = known?.state === "closed";
  if (task && !cameBack)
    return processed(`#${task.number} is ${task.status} here; the ${item.noun} goes on without it.`, task.id);
  if (webhook.label !== null && !carries(item, webhook.label))
    return ignored(`The ${item.noun} does not carry the label ${webhook.label}.`);
  const [taskId] = await createTasks(context, [
    {
      teamId: webhook.teamId,
      ...writtenOf(item),
      type: item.type,
      priority: "medium",
      repoId: item.repoId,
      assignee: null,
      dependsOn: [],
      tags: tagsOf(item),
      origin: { provider: item.provider, url: item.url, externalId: item.externalId },
      tainted: true,
    },
  ]);
  if (!taskId) throw new Error("no task was created");
  const made = await lockTask(context, taskId);
  const again = task ? ` It was #${task.number} before.` : "";
  return processed(`Made #${made.number}.${again}`, taskId);
}

/** What somebody here changed stays; the rest follows the provider. */
async function update(context: Context, item: ExternalItem, known: Known | undefined, task: Task): Promise<Outcome> {
  const written = writtenOf(item);
  const synced = known?.synced;
  const labels = new Set(synced?.labels ?? []);
  const tags = [...new Set([...task.tags.filter((tag) => !labels.has(tag)), ...tagsOf(item)])].slice(0, 20);
  const changes = {
    ...(task.title === synced?.title && written.title !== task.title ? { title: written.title } : {}),
    ...(task.description === synced?.description && written.description !== task.description
      ? { description: written.description }
      : {}),
    ...(isSameSet(tags, task.tags) ? {} : { tags }),
  };
  if (known?.state === "closed")
    await sendSystemMessage(context, task, `The ${item.noun} this task came from was opened again.`);
  if (Object.keys(changes).length === 0) return processed(`#${task.number} is up to date.`, task.id);
  await updateTask(context, { task: task.id, ...changes });
  return processed(`Updated #${task.number}: ${Object.keys(changes).join(", ")}.`, task.id);
}

/** Work in hand is not taken away by somebody outside: whoever does it is told, and decides. */
async function close(
  context: Context,
  item: ExternalItem,
  known: Known | undefined,
  task: Task | undefined,
): Promise<Outcome> {
  const how = item.closedAs ? `closed as ${item.closedAs}` : "closed";
  if (!task) return ignored(`The ${item.noun} is ${how}; there is no task for it.`);
  if (task.archivedAt || isOver(task.status)) return processed(`#${task.number} is ${task.status} already.`, task.id);
  if (task.status === "todo" || task.status === "failed") {
    await moveTask(context, task, "cancelled", { reason: `The ${item.noun} it came from was ${how}.` });
    return processed(`Cancelled #${task.number}: the ${item.noun} was ${how}.`, task.id);
  }
  if (known?.state === "open")
    await sendSystemMessage(
      context,
      task,
      `The ${item.noun} this task came from was ${how}. Cancel the task if it is not needed any more.`,
    );
  return processed(`#${task.number} is ${task.status}, so it goes on; whoever works on it was told.`, task.id);
}

async function keep(
  { tx, actor }: Context,
  { teamId }: WebhookRow,
  item: ExternalItem,
  { known, taskId }: { known: Known | undefined; taskId: string | null },
): Promise<void> {
  const { externalId, state, changedAt } = item;
  const synced = { ...writtenOf(item), labels: tagsOf(item) };
  // What is closed says nothing new of its text.
  const values = { taskId, state, changedAt, synced: state === "closed" && known ? known.synced : synced };
  await tx
    .insert(externalItems)
    .values({ orgId: actor.orgId, teamId, externalId, ...values })
    .onConflictDoUpdate({ target: [externalItems.orgId, externalItems.teamId, externalItems.externalId], set: values });
}

const writtenOf = ({ title, description }: ExternalItem) => ({
  title: outsideText(title, 500).trim() || "(no title)",
  description: outsideText(description, 50_000),
});

const tagsOf = ({ labels }: ExternalItem): string[] =>
  [...new Set(labels.map((label) => outsideText(label, 50).trim()).filter(Boolean))].slice(0, 20);

const carries = ({ labels }: ExternalItem, wanted: string): boolean =>
  labels.some((label) => label.toLowerCase() === wanted.toLowerCase());

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each) => other.includes(each));
