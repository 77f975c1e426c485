import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { signAsGithub } from "#server/github/signature.ts";
import { createWebhookInput } from "#server/webhooks/schema.ts";
import { createWebhook } from "#server/webhooks/service.ts";
import { figure, now, quantile, round } from "./figure.ts";
import { as, openRuntimeOn } from "./installation.ts";
import { startProduct } from "./product/product.ts";

// What a provider waits for (F12: the 202 within 500 ms): signed deliveries to the whole running product, each with an id of
// its own, over keep-alive connections that send the next when the last was answered; and how soon all of them are worked
// off. The peer is the same request to the same address with a wrong signature: everything but the row.

const { values } = parseArgs({
  options: { deliveries: { type: "string", default: "2000" }, connections: { type: "string", default: "20" } },
});
const [deliveries, connections] = [Number(values.deliveries), Number(values.connections)];
const product = await startProduct();
try {
  const { url, orgId, teamId, databaseUrl, dataDir } = product;
  const { runtime, close } = await openRuntimeOn(databaseUrl, dataDir, 2);
  const { id, secret } = await as(runtime, orgId, (context) =>
    createWebhook(context, createWebhookInput.parse({ teamId, provider: "github", name: "bench" })),
  );
  const address = `${url}/webhooks/${id}/receive`;
  await flood(address, 200, { secret, expected: 202 });
  const refused = await flood(address, deliveries, { secret: "not the secret of it", expected: 401 });
  const startedAt = now();
  const taken = await flood(address, deliveries, { secret, expected: 202 });
  let waiting = deliveries;
  while (waiting > 0) {
    const [open] = await runtime.db.execute<{ n: number }>(
      sql`select count(*)::int as n from webhook_deliveries where status = 'received'`,
    );
    waiting = open?.n ?? 0;
  }
  const workedOffSeconds = (now() - startedAt) / 1000;
  await close();
  figure({
    figure: "webhooks: signed deliveries taken",
    ...{ deliveries, connections, ...taken, refused, workedOffPerSecond: round(deliveries / workedOffSeconds, 0) },
    p99LimitMs: 500,
  });
} finally {
  await product.stop();
}

interface Sent {
  secret: string;
  expected: number;
}

/** Sends that many, as fast as the connections allow. */
async function flood(address: string, count: number, { secret, expected }: Sent) {
  const body = JSON.stringify({ zen: "Half measures are as bad as nothing at all.", filler: "x".repeat(8_000) });
  const signature = await signAsGithub(secret, body);
  const latencies: number[] = [];
  const begun = now();
  let sent = 0;
  const connection = async () => {
    while (sent++ < count) {
      const at = now();
      const headers = { "x-github-event": "ping", "x-github-delivery": randomUUID(), "x-hub-signature-256": signature };
      const response = await fetch(address, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      });
      await response.arrayBuffer();
      if (response.status !== expected) throw new Error(`answered ${response.status} instead of ${expected}`);
      latencies.push(now() - at);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return {
    perSecond: round((count / (now() - begun)) * 1000, 0),
    p50Ms: round(quantile(latencies, 0.5)),
    p99Ms: round(quantile(latencies, 0.99)),
  };
}
