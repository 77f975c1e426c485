import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import type { WebhookProvider } from "#db/enums.ts";
import { repos } from "#db/schema/repos.ts";
import { webhookDeliveries } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTeam } from "../teams/finding.ts";
import { findDelivery, findWebhook } from "./finding.ts";
import type { createWebhookInput, rotateWebhookSecretInput, updateWebhookInput } from "./schema.ts";
import { forgetSecrets, keepSecret, makeWebhookSecret } from "./secrets.ts";

/** Opens an endpoint. @returns its id, and the secret, which nobody can read again. */
export async function createWebhook(
  context: Context,
  { teamId, repoId, provider, name, events, label, secret = makeWebhookSecret() }: z.output<typeof createWebhookInput>,
): Promise<{ id: string; secret: string }> {
  const team = await findTeam(context, teamId);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no tasks.`);
  await requireRepo(context, teamId, repoId);
  const id = newId();
  await openWebhook(context, { id, teamId, provider, name, repoId, label, secret, events: [...new Set(events)] });
  return { id, secret };
}

export interface NewWebhook {
  id: string;
  teamId: string;
  provider: WebhookProvider;
  name: string;
  repoId: string | null;
  events: string[];
  label: string | null;
  secret: string;
}

/** Opens an endpoint that was checked, with its secret. */
export async function openWebhook(context: Context, { id, teamId, secret, ...data }: NewWebhook): Promise<void> {
  await record(context, "webhook.created", [{ subject: id, team: teamId, data }]);
  await keepSecret(context, { webhookId: id, secret, oldUntil: null });
}

/** Changes what an endpoint is called, listens to and does. */
export async function updateWebhook(
  context: Context,
  { webhookId, ...changes }: z.output<typeof updateWebhookInput>,
): Promise<string> {
  const { id, teamId } = await findWebhook(context, webhookId);
  if (changes.repoId !== undefined) await requireRepo(context, teamId, changes.repoId);
  if (Object.keys(changes).length > 0)
    await record(context, "webhook.updated", [{ subject: id, team: teamId, data: changes }]);
  return id;
}

/** Gives an endpoint another secret; the old one stays good for a while, so that no delivery is lost in between. */
export async function rotateSecret(
  context: Context,
  { webhookId, overlapHours, secret = makeWebhookSecret() }: z.output<typeof rotateWebhookSecretInput>,
): Promise<string> {
  const { id, teamId } = await findWebhook(context, webhookId, { lock: true });
  const oldUntil = overlapHours > 0 ? new Date(context.now.getTime() + overlapHours * 3_600_000) : null;
  await keepSecret(context, { webhookId: id, secret, oldUntil });
  const data = { oldUntil: oldUntil?.toISOString() ?? null };
  await record(context, "webhook.secret_rotated", [{ subject: id, team: teamId, data }]);
  return secret;
}

/** Closes an endpoint for good. What it made stays. */
export async function deleteWebhook(context: Context, webhookId: string): Promise<void> {
  const { id, teamId } = await findWebhook(context, webhookId, { lock: true });
  await forgetSecrets(context, id);
  await record(context, "webhook.deleted", [{ subject: id, team: teamId, data: {} }]);
}

/** Has a delivery processed once more. What it did already it does not do again: it brings things up to date. */
export async function replayDelivery(context: Context, deliveryId: string): Promise<string> {
  const { tx, actor, now } = context;
  const found = await findDelivery(context, deliveryId, { lock: true });
  if (found.status === "refused")
    throw new AppError(
      "conflict",
      "A refused delivery is not replayed: nobody knows who sent it, and its payload was not kept.",
    );
  if (found.status === "received") throw new AppError("conflict", "This delivery is about to be processed anyway.");
  await findWebhook(context, found.webhookId);
  await tx
    .update(webhookDeliveries)
    .set({
      status: "received",
      result: "Waits to be processed again.",
      attempts: 0,
      nextAttemptAt: now,
      finishedAt: null,
    })
    .where(and(eq(webhookDeliveries.orgId, actor.orgId), eq(webhookDeliveries.id, found.id)));
  context.hints.push({ topic: "delivery_received", orgId: actor.orgId });
  return found.id;
}

async function requireRepo({ tx, actor }: Context, teamId: string, repoId: string | null): Promise<void> {
  if (!repoId) return;
  const [repo] = await tx
    .select({ teamId: repos.teamId, archivedAt: repos.archivedAt })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId)));
  if (!repo || repo.teamId !== teamId || repo.archivedAt)
    throw new AppError("not_found", `There is no repository ${repoId} in this team. list_repos shows what there is.`);
}
