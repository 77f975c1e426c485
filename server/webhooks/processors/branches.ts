import { and, eq } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { externalItems } from "#db/schema/webhooks.ts";
import type { Context } from "../../context.ts";
import { sendSystemMessage } from "../../messages/service.ts";
import type { WebhookRow } from "../finding.ts";
import type { ExternalItem } from "../items.ts";
import { ignored, type Outcome, processed } from "./processor.ts";

type Told = Pick<ExternalItem, "noun" | "externalId" | "url" | "changedAt"> & {
  isClosed: boolean;
  closedAs: string | null;
};

/**
 * A pull request from the branch of one of our tasks is that task's own: its conversation is told when it opens and
 * ends, once each. Undefined when the branch is nobody's.
 */
export async function tellTaskOfBranch(
  context: Context,
  { teamId }: WebhookRow,
  repo: { id: string } | undefined,
  branch: string,
  { noun, externalId, url, changedAt, isClosed, closedAs }: Told,
): Promise<Outcome | undefined> {
  const { tx, actor } = context;
  if (!repo) return undefined;
  const [task] = await tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.repoId, repo.id), eq(tasks.branch, branch)))
    .for("update");
  if (!task) return undefined;
  const key = { orgId: actor.orgId, teamId, externalId };
  const [known] = await tx
    .select()
    .from(externalItems)
    .where(
      and(
        eq(externalItems.orgId, key.orgId),
        eq(externalItems.teamId, teamId),
        eq(externalItems.externalId, externalId),
      ),
    );
  const state = isClosed ? "closed" : "open";
  if (known && (known.state === state || known.changedAt > changedAt))
    return { ...ignored(`#${task.number} knows of this ${noun} already.`), taskId: task.id };
  const synced = { title: "", description: "", labels: [] };
  await tx
    .insert(externalItems)
    .values({ ...key, taskId: task.id, state, changedAt, synced })
    .onConflictDoUpdate({
      target: [externalItems.orgId, externalItems.teamId, externalItems.externalId],
      set: { state, changedAt },
    });
  const what = isClosed ? (closedAs ?? "closed") : "opened";
  await sendSystemMessage(context, task, `A ${noun} of this branch was ${what}${url ? `: ${url}` : "."}`);
  return processed(`Told #${task.number} that its ${noun} was ${what}.`, task.id);
}
