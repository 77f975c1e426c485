import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { startRelay } from "./relay.ts";
import { cutAndCompare, seeded } from "./test/gap-free.ts";
import { startHost } from "./test/live.ts";

const { runtime, url } = await openTestRuntime();
const host = await startHost();
const relay = startRelay(runtime, { url, push: host.push, isEmbedded: true, onError: () => {} });
afterAll(() => relay.stop());

test("100 cuts during 10,000 events: two tabs show what the server holds, 0 lost, 0 applied twice", {
  timeout: 600_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const seed = Number(process.env.ENTOURAGE_TEST_SEED ?? Date.now() % 1_000_000);
  const begun = Date.now();
  const proof = await cutAndCompare({ runtime, host, org, random: seeded(seed) }, { events: 10_000, cuts: 100 });
  const { tabs, server, lost, doubled, ...told } = proof;
  writeFileSync(
    1,
    `${JSON.stringify({ seed, seconds: (Date.now() - begun) / 1000, lost: lost.length, doubled: doubled.length, ...told })}\n`,
  );
  expect(proof, `seed ${seed}`).toMatchObject({ lost: [], doubled: [], outOfOrder: 0 });
  expect(told.events).toBe(10_000);
  expect(told.cuts).toBeGreaterThanOrEqual(100);
  for (const tab of tabs) expect(tab).toEqual(server);
});
