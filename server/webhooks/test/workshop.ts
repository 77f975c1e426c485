import { sql } from "drizzle-orm";
import { afterAll, expect } from "vitest";
import { startDeliveries } from "#worker/jobs/process-deliveries.ts";
import type { WebhookProvider } from "#db/enums.ts";
import { openTestDoors } from "../../test/doors.ts";
import { createTestOrg, type TestOrg } from "../../test/fixtures.ts";
import { workIn } from "../../test/work.ts";
import { createWebhook, getWebhookDelivery, listWebhookDeliveries } from "../operations.ts";
import type { Sender } from "./sender.ts";

/** Doors with a worker behind them: what comes in through webhooks is really processed. */
export async function openWorkshop(settings: Record<string, string> = {}) {
  const doors = await openTestDoors({ ENTOURAGE_RATE_WEBHOOK: "1000000", ...settings });
  const { runtime, db, address } = doors;
  const deliveries = startDeliveries(runtime, { log: runtime.log });
  afterAll(() => deliveries.stop());
  const { run, ...work } = workIn(runtime);

  /** An endpoint with its secret, ready to be sent to. */
  async function openEndpoint(org: TestOrg, provider: WebhookProvider, input: Record<string, unknown> = {}) {
    const { webhook, secret } = await run(createWebhook, org.owner, {
      ...{ teamId: org.teamId, provider, name: provider, ...input },
    });
    const sender: Sender = { url: `${address}/webhooks/${webhook.id}/receive`, secret };
    return { webhook, sender };
  }

  return {
    ...{ ...doors, run, ...work, openEndpoint },
    createOrg: () => createTestOrg(runtime),
    /** Waits until the worker has decided about everything of an organization. */
    settle: async (org: TestOrg) => {
      await expect
        .poll(
          async () => {
            const [open] = await db.execute<{ n: number }>(
              sql`select count(*)::int as n from webhook_deliveries where org_id = ${org.orgId} and status = 'received'`,
            );
            return open?.n;
          },
          { timeout: 60_000, interval: 20 },
        )
        .toBe(0);
    },
    log: async (org: TestOrg) => (await run(listWebhookDeliveries, org.owner, { limit: 100 })).deliveries,
    lineOf: async (org: TestOrg, deliveryId: string) =>
      (await run(getWebhookDelivery, org.owner, { deliveryId })).delivery,
    tasksOf: (org: TestOrg) =>
      db.execute<{
        id: string;
        number: number;
        title: string;
        description: string;
        status: string;
        tags: string[];
        tainted: boolean;
        origin: unknown;
      }>(
        sql`select id, number, title, description, status, tags, tainted, origin from tasks where org_id = ${org.orgId} order by number`,
      ),
  };
}
