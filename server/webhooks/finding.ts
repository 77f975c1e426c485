import { and, eq, isNull } from "drizzle-orm";
import { webhookDeliveries, webhooks } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;

/** An endpoint that is open. @throws AppError not_found, the same for missing, closed and foreign. */
export async function findWebhook(
  { tx, actor }: Context,
  webhookId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<WebhookRow> {
  const query = tx
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.orgId, actor.orgId), eq(webhooks.id, webhookId), isNull(webhooks.deletedAt)));
  const [found] = await (lock ? query.for("update") : query);
  if (!found)
    throw new AppError("not_found", `There is no webhook ${webhookId} here. list_webhooks shows the ones there are.`);
  return found;
}

/** A line of the log. @throws AppError not_found, the same for missing and foreign. */
export async function findDelivery(
  { tx, actor }: Context,
  deliveryId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<DeliveryRow> {
  const query = tx
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.orgId, actor.orgId), eq(webhookDeliveries.id, deliveryId)));
  const [found] = await (lock ? query.for("update") : query);
  if (!found)
    throw new AppError(
      "not_found",
      `There is no delivery ${deliveryId} here. list_webhook_deliveries shows what came.`,
    );
  return found;
}
