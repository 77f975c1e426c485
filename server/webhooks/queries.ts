import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import { findDelivery, findWebhook } from "./finding.ts";
import type { Delivery, DeliveryDetail, listDeliveriesInput, Webhook } from "./schema.ts";

/** The address of the one endpoint that every GitHub App sends to; a delivery says for which App it is. */
export const APP_ENDPOINT = "github-app";

/** The endpoints that are open, by name. */
export async function listWebhooks(
  context: Context,
  { teamId }: { teamId?: string | undefined },
): Promise<{ webhooks: Webhook[] }> {
  if (teamId) await findTeam(context, teamId);
  return { webhooks: await readWebhooks(context, teamId ? sql`w.team_id = ${teamId}` : sql`true`) };
}

/** One endpoint. @throws AppError not_found */
export async function readWebhook(context: Context, webhookId: string): Promise<Webhook> {
  await findWebhook(context, webhookId);
  const [webhook] = await readWebhooks(context, sql`w.id = ${webhookId}`);
  if (!webhook) throw new Error("a webhook that was found cannot be read");
  return webhook;
}

async function readWebhooks({ tx, actor, settings }: Context, where: SQL): Promise<Webhook[]> {
  const rows = await tx.execute<Omit<Webhook, "url"> & Record<string, unknown>>(sql`select w.id, w.team_id as "teamId",
      w.repo_id as "repoId", w.provider, w.name, w.events, w.label, w.enabled, a.id is not null as "githubApp",
      ${isoTime(sql`w.created_at`)} as "createdAt", ${isoTime(sql`w.secret_changed_at`)} as "secretChangedAt",
      (select ${isoTime(sql`max(s.expires_at)`)} from webhook_secrets s where s.org_id = w.org_id and s.webhook_id = w.id
        and s.expires_at > now()) as "oldSecretUntil",
      (select ${isoTime(sql`d.received_at`)} from webhook_deliveries d where d.org_id = w.org_id and d.webhook_id = w.id
        and d.status <> 'refused' order by d.received_at desc, d.id desc limit 1) as "lastDeliveryAt"
    from webhooks w left join github_apps a on a.org_id = w.org_id and a.id = w.id
    where w.org_id = ${actor.orgId} and w.deleted_at is null and ${where} order by lower(w.name), w.id limit 500`);
  return rows.map((row) => ({
    ...row,
    url: `${settings.publicUrl}/webhooks/${row.githubApp ? APP_ENDPOINT : row.id}/receive`,
  }));
}

/** What came in, newest first, by keyset. */
export async function listDeliveries(context: Context, input: z.output<typeof listDeliveriesInput>) {
  if (input.webhookId) await findWebhook(context, input.webhookId);
  const before = input.before ? await findDelivery(context, input.before) : undefined;
  const page = await readDeliveries(
    context,
    sql`${input.webhookId ? sql`d.webhook_id = ${input.webhookId}` : sql`true`}
      ${input.status?.length ? sql`and d.status in ${input.status}` : sql``}
      ${before ? sql`and (d.received_at, d.id) < (${before.receivedAt.toISOString()}::timestamptz, ${before.id}::uuid)` : sql``}`,
    input.limit + 1,
  );
  const deliveries = page.slice(0, input.limit);
  return { deliveries, next: page.length > input.limit ? (deliveries.at(-1)?.id ?? null) : null };
}

/** One line of the log. @throws AppError not_found */
export async function readDelivery(context: Context, deliveryId: string): Promise<Delivery> {
  const { id } = await findDelivery(context, deliveryId);
  const [delivery] = await readDeliveries(context, sql`d.id = ${id}`, 1);
  if (!delivery) throw new Error("a delivery that was found cannot be read");
  return delivery;
}

const shownBytes = 256 * 1024;

/** One delivery with what was sent, as text that can be shown and stored: bytes that are none become `�`. */
export async function readDeliveryDetail(context: Context, deliveryId: string): Promise<DeliveryDetail> {
  const { headers, payload } = await findDelivery(context, deliveryId);
  const bytes = payload ? Buffer.from(payload) : null;
  return {
    ...(await readDelivery(context, deliveryId)),
    headers,
    payload: bytes?.subarray(0, shownBytes).toString("utf8") ?? null,
    truncated: (bytes?.length ?? 0) > shownBytes,
  };
}

async function readDeliveries({ tx, actor }: Context, where: SQL, limit: number): Promise<Delivery[]> {
  return tx.execute<Delivery & Record<string, unknown>>(sql`select d.id, d.webhook_id as "webhookId",
      d.delivery_id as "deliveryId", d.event, d.action, d.status, d.result, d.attempts, d.payload_bytes as "payloadBytes",
      case when t.id is null then null else json_build_object('id', t.id, 'number', t.number) end as task,
      ${isoTime(sql`d.received_at`)} as "receivedAt", ${isoTime(sql`d.finished_at`)} as "finishedAt",
      case when d.status = 'received' then ${isoTime(sql`d.next_attempt_at`)} end as "nextAttemptAt"
    from webhook_deliveries d left join tasks t on t.org_id = d.org_id and t.id = d.task_id
    where d.org_id = ${actor.orgId} and ${where} order by d.received_at desc, d.id desc limit ${limit}`);
}
