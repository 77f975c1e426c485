import { afterEach, expect, test } from "vitest";
import { createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { getRealtimeStats } from "#server/realtime/operations.ts";
import { execute } from "#server/execute.ts";
import { startPageCount } from "./page-count.ts";
import { until } from "./realtime/test/harness.ts";
import { openPage, startHost } from "./test/live.ts";

const { runtime } = await openTestRuntime();
const host = await startHost();
const counts = new Set<{ stop(): Promise<void> }>();
afterEach(async () => {
  for (const one of counts) await one.stop();
  counts.clear();
});

test("the open pages of an organization are counted on the realtime host, those of another apart", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const pages = await Promise.all([0, 1, 2].map(() => openPage(runtime, host, org.owner, org.teamId)));
  const theirs = await openPage(runtime, host, other.owner, other.teamId);
  for (const { page } of [...pages, theirs]) await until("the page to be live", () => page.state === "live");
  counts.add(startPageCount(runtime, { push: host.push, onError: () => {} }));
  const read = async (who: typeof org) =>
    (await execute(getRealtimeStats, runtime, who.owner, {}, { requestId: "test" })).connections;
  await until("the count", async () => (await read(org)) === 3);
  expect(await read(other)).toBe(1);
});
