import { and, eq, sql } from "drizzle-orm";
import { webhookDeliveries, webhooks } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { eventKey } from "./arrival.ts";
import type { DeliveryRow, WebhookRow } from "./finding.ts";
import { readPayload } from "./payload.ts";
import { ignored, type Outcome } from "./processors/processor.ts";
import { processorOf } from "./processors/registry.ts";

/** A provider's hiccup is over in seconds, a database's in minutes; after an hour and a half a person must look. */
const pausesSeconds = [2, 15, 60, 600, 4_800] as const;

export interface DueDelivery extends Record<string, unknown> {
  orgId: string;
  id: string;
  /** Of the request that brought it: one id from the door to the events it leads to. */
  requestId: string;
}

/** Deliveries that are due, oldest first, over all organizations. */
export async function listDue({ tx }: Context, limit: number): Promise<DueDelivery[]> {
  return tx.execute<DueDelivery>(sql`select org_id as "orgId", id, request_id as "requestId" from webhook_deliveries
    where status = 'received' and next_attempt_at <= now() order by next_attempt_at, id limit ${limit}`);
}

/**
 * Decides about one delivery: what it changes, its result and its event are one transaction, so it has one effect
 * wherever a worker dies. Nothing when another worker has it, or it is decided.
 */
export async function processDelivery(context: Context, deliveryRowId: string): Promise<void> {
  const delivery = await takeDelivery(context, deliveryRowId);
  if (!delivery) return;
  const [webhook] = await context.tx
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.orgId, context.actor.orgId), eq(webhooks.id, delivery.webhookId)));
  if (!webhook) throw new Error("a delivery without its webhook");
  const payload = readPayload(delivery.payload, delivery.headers["content-type"]);
  const action = actionOf(payload);
  await finish(context, delivery, { ...(await decide(context, webhook, delivery, payload, action)), action });
}

async function decide(
  context: Context,
  webhook: WebhookRow,
  delivery: DeliveryRow,
  payload: unknown,
  action: string | null,
): Promise<Outcome> {
  if (webhook.deletedAt) return ignored("The endpoint was closed.");
  if (!webhook.enabled) return ignored("The endpoint is switched off. Switch it on and replay this delivery.");
  const { event, headers } = delivery;
  const process = processorOf(webhook.provider, event);
  if (!process) return ignored(`Nothing here follows from ${event}.`);
  if (!process.always && !passes(webhook, event, action))
    return ignored(`The endpoint does not listen to ${action ? `${event}.${action}` : event}.`);
  return process.run(context, { webhook, event, action, headers, payload, receivedAt: delivery.receivedAt });
}

/** Its transaction was undone: says why, and when it is tried again. A refusal of ours stays one, so that is the end. */
export async function postponeDelivery(context: Context, deliveryRowId: string, error: unknown): Promise<void> {
  const delivery = await takeDelivery(context, deliveryRowId);
  if (!delivery) return;
  const attempts = delivery.attempts + 1;
  const pauseSeconds = pausesSeconds[delivery.attempts];
  const isOver = error instanceof AppError && error.code !== "unavailable";
  const reason = error instanceof AppError ? error.message : "The server had a fault; its log says more.";
  if (isOver || pauseSeconds === undefined) return finish(context, delivery, { status: "failed", result: reason });
  await context.tx
    .update(webhookDeliveries)
    .set({
      attempts,
      result: `${reason} It is tried again.`,
      nextAttemptAt: new Date(context.now.getTime() + pauseSeconds * 1000),
    })
    .where(and(eq(webhookDeliveries.orgId, delivery.orgId), eq(webhookDeliveries.id, delivery.id)));
}

async function takeDelivery({ tx, actor }: Context, id: string): Promise<DeliveryRow | undefined> {
  const isOpen = and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.status, "received"));
  const [delivery] = await tx
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.orgId, actor.orgId), isOpen))
    .for("update", { skipLocked: true });
  return delivery;
}

async function finish(
  context: Context,
  delivery: DeliveryRow,
  { status, result, taskId = null, action = delivery.action }: Outcome & { action?: string | null },
): Promise<void> {
  await context.tx
    .update(webhookDeliveries)
    .set({ status, result, taskId, action, attempts: delivery.attempts + 1, finishedAt: context.now })
    .where(and(eq(webhookDeliveries.orgId, delivery.orgId), eq(webhookDeliveries.id, delivery.id)));
  const { id, webhookId, event } = delivery;
  await record(context, "webhook.delivered", [
    { subject: id, team: delivery.teamId, task: taskId, data: { webhookId, event, action, status, result } },
  ]);
}

/** `issues` lets every action through, `issues.opened` that one. */
function passes({ events }: WebhookRow, event: string, action: string | null): boolean {
  const wanted = events.map(eventKey);
  return wanted.length === 0 || wanted.includes(event) || (action !== null && wanted.includes(`${event}.${action}`));
}

/** GitHub says the action at the top, GitLab among the attributes. For the log and the filter. */
function actionOf(payload: unknown): string | null {
  const of = (value: unknown) =>
    typeof value === "object" && value !== null && "action" in value && typeof value.action === "string"
      ? value.action
      : undefined;
  const attributes =
    typeof payload === "object" && payload !== null && "object_attributes" in payload
      ? payload.object_attributes
      : null;
  const action = of(payload) ?? of(attributes);
  return action !== undefined && /^[a-z][a-z_-]{0,39}$/.test(action) ? action : null;
}
