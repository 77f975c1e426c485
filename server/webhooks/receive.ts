import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { webhookProviders } from "#db/enums.ts";
import { webhookDeliveries } from "#db/schema/webhooks.ts";
import { type Context, systemActor } from "../context.ts";
import { refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { describeFailure } from "../failure.ts";
import { newId } from "../ids.ts";
import { openSecrets } from "../keyring.ts";
import type { OpenRuntime } from "../runtime.ts";
import { readArrival, shownHeaders } from "./arrival.ts";
import { deliveryRates } from "./delivery-rates.ts";
import { type Endpoint, findEndpoints } from "./endpoints.ts";
import { isGenuine, type Received } from "./signatures.ts";

const keptRefusals = 200;

/**
 * `POST /webhooks/{name}/receive`. The signature over the raw bytes comes first; then the delivery is stored, and only
 * then answered 202: what the worker makes of it is not waited for. An address that is not ours answers exactly like a
 * wrong signature.
 */
export async function receiveDelivery(runtime: OpenRuntime, request: Request, name: string): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const received: Received = {
      headers: request.headers,
      body: await readBody(request, runtime.config.webhookLimitKilobytes * 1024),
      at: new Date(),
    };
    const { endpoints, genuine, stored } = await inTransaction(
      runtime,
      systemActor("", "webhook"),
      { requestId, system: true },
      (context) => admit(context, runtime, received, name),
    );
    if (!genuine) {
      // After the answer, so that it takes no longer for an address that is ours.
      void noteRefusal(runtime, endpoints, received, requestId);
      await runtime.rates.admit({ ip: request.headers.get("x-forwarded-for") ?? "unknown" });
      throw new AppError("unauthenticated", "The signature is missing or wrong.");
    }
    if (stored) runtime.wake.announce("delivery_received", genuine.orgId);
    return Response.json({ accepted: true }, { status: 202, headers: { "cache-control": "no-store" } });
  } catch (error) {
    return refusal(describeFailure(error, requestId, runtime.log));
  }
}

async function admit(context: Context, runtime: OpenRuntime, received: Received, name: string) {
  const { keyring } = openSecrets(runtime.settings.dataDir);
  const appId = received.headers.get("x-github-hook-installation-target-id");
  const endpoints = await findEndpoints(context, { name, appId, keyring });
  let genuine: Endpoint | undefined;
  for (const endpoint of endpoints)
    if (await isGenuine(endpoint.provider, endpoint.secrets, received)) genuine ??= endpoint;
  // The same work for an address that is not ours as for one that is.
  if (endpoints.length === 0) for (const provider of webhookProviders) await isGenuine(provider, [decoy], received);
  if (!genuine) return { endpoints, genuine: undefined, stored: false };
  await deliveryRates(runtime).admit(genuine.id);
  return { endpoints, genuine, stored: await store(context, genuine, received) };
}

/** @returns whether there is something to do: a copy of what is known is not, unless it failed before. */
async function store(
  context: Context,
  { orgId, id, teamId, provider }: Endpoint,
  received: Received,
): Promise<boolean> {
  const { tx, now, requestId } = context;
  const { deliveryId, event, headers } = readArrival(provider, received);
  const inserted = await tx
    .insert(webhookDeliveries)
    .values({
      ...{ orgId, id: newId(), webhookId: id, teamId, deliveryId, event, headers, requestId },
      ...{ payload: received.body, payloadBytes: received.body.length },
      ...{ status: "received", result: "Waits to be processed.", attempts: 0, receivedAt: now, nextAttemptAt: now },
    })
    .onConflictDoNothing()
    .returning({ id: webhookDeliveries.id });
  if (inserted.length > 0) return true;
  // Sent again because it failed: once more, from the beginning. A row the worker holds says `received`, so nobody waits.
  const again =
    await tx.execute(sql`update webhook_deliveries set status = 'received', attempts = 0, next_attempt_at = ${now.toISOString()}::timestamptz,
      finished_at = null, result = 'Was sent again; waits to be processed.'
    where org_id = ${orgId} and webhook_id = ${id} and delivery_id = ${deliveryId} and status = 'failed' returning 1`);
  return again.length > 0;
}

/** A line in the log for whoever set the endpoint up: bounded, without the payload, and with nobody waiting for it. */
async function noteRefusal(
  runtime: OpenRuntime,
  endpoints: readonly Endpoint[],
  { headers, body }: Received,
  requestId: string,
): Promise<void> {
  const [endpoint] = endpoints;
  // To the shared address of the Apps without a word for which: nobody's log is the right one.
  if (!endpoint || endpoints.length > 1) return;
  const { orgId, id, teamId, provider } = endpoint;
  try {
    if (!(await deliveryRates(runtime).isWorthALine(id))) return;
    await inTransaction(runtime, systemActor(orgId, "webhook"), { requestId }, async ({ tx, now }) => {
      await tx.insert(webhookDeliveries).values({
        ...{
          orgId,
          id: newId(),
          webhookId: id,
          teamId,
          event: readArrival(provider, { headers, body, at: now }).event,
        },
        ...{ headers: shownHeaders(headers), payloadBytes: body.length, status: "refused", attempts: 0, requestId },
        ...{ result: reasonOf(headers), receivedAt: now, nextAttemptAt: now, finishedAt: now },
      });
      await tx.execute(sql`delete from webhook_deliveries where org_id = ${orgId} and webhook_id = ${id} and status = 'refused'
        and id not in (select id from webhook_deliveries where org_id = ${orgId} and webhook_id = ${id} and status = 'refused'
          order by received_at desc, id desc limit ${keptRefusals})`);
    });
  } catch (error) {
    runtime.log.warn({ error, requestId }, "a refused delivery was not noted");
  }
}

function reasonOf(headers: Headers): string {
  const signed = ["x-hub-signature-256", "x-gitlab-token", "webhook-signature"].some((name) => headers.has(name));
  if (signed)
    return "The signature does not fit the secret. Is it the one this endpoint shows when it is made or rotated?";
  return "It was not signed. Set the secret at the provider.";
}

async function readBody(request: Request, limitBytes: number): Promise<Buffer> {
  const tooLarge = () => new AppError("too_large", `The body is larger than ${Math.floor(limitBytes / 1024)} KB.`);
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge();
  const body = await request.arrayBuffer().catch(() => {
    throw new AppError("invalid", "The body ended before it was complete.");
  });
  if (body.byteLength > limitBytes) throw tooLarge();
  return Buffer.from(body);
}

const decoy = `whsec_${randomBytes(32).toString("base64")}`;
