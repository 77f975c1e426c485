import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { lastTick, tick, timerPaths } from "#server/channels/timers.ts";
import { openListening } from "#server/channels/listening.ts";
import * as channels from "#server/channels/operations.ts";
import { trimChannels } from "#server/channels/delivery.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startTimers } from "./timers.ts";

const opened = await openTestRuntime();
const runtime = { ...opened.runtime, listening: openListening({ ...opened.runtime, onError: () => {} }) };
const { db } = opened;
const { run } = workIn(runtime);
const parts = new Set<{ stop(): Promise<void> }>();
afterEach(async () => {
  for (const part of parts) await part.stop();
  parts.clear();
});
const asSystem = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
  inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, work);
const start = (occupied: string[] = []) =>
  parts.add(startTimers(runtime, { push: { occupied: () => Promise.resolve(occupied) }, onError: () => {} }));

test("every timer ticked last when its time began, in UTC", () => {
  const now = new Date("2028-02-29T13:45:59.999Z");
  const last = (timer: string) => lastTick(timer, now)?.toISOString();
  expect(last("second")).toBe("2028-02-29T13:45:59.000Z");
  expect(last("minute")).toBe("2028-02-29T13:45:00.000Z");
  expect(last("hour")).toBe("2028-02-29T13:00:00.000Z");
  expect(last("day")).toBe("2028-02-29T00:00:00.000Z");
  expect(last("week.tuesday")).toBe("2028-02-29T00:00:00.000Z");
  expect(last("week.wednesday")).toBe("2028-02-23T00:00:00.000Z");
  expect(last("week.sunday")).toBe("2028-02-27T00:00:00.000Z");
  expect(last("monthly.february")).toBe("2028-02-01T00:00:00.000Z");
  expect(last("monthly.march")).toBe("2027-03-01T00:00:00.000Z");
  expect(last("yearly")).toBe("2028-01-01T00:00:00.000Z");
  expect(timerPaths).toHaveLength(4 + 7 + 12 + 1);
});

test("three workers: each second is told once, to those who listen and to no other organization", {
  timeout: 30_000,
}, async () => {
  const [org, silent] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  for (let worker = 0; worker < 3; worker++) start();
  let since: number | undefined;
  const seen: { seq: number; at: string }[] = [];
  while (seen.length < 3) {
    const read = await run(channels.readChannel, org.owner, {
      channels: [{ channel: "system.timer.second", since }],
      timeoutSeconds: 5,
    });
    since = read.channels[0]?.since;
    for (const { seq, payload, sender } of read.messages) {
      expect(sender).toBe("system");
      seen.push({ seq, at: String(Reflect.get(Object(payload), "at")) });
    }
  }
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  expect(new Set(seen.map(({ at }) => at)).size).toBe(seen.length);
  const [counted] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from channel_messages where org_id = ${silent.orgId}`,
  );
  expect(counted?.n).toBe(0);
});

test("a timer nobody listens to any more stops, and its ticks are gone after a minute", async () => {
  const org = await createTestOrg(runtime);
  const read = () =>
    run(channels.readChannel, org.owner, {
      channels: [{ channel: "system.timer.second", since: 0 }],
      timeoutSeconds: 0,
    });
  await read();
  const later = (seconds: number) => new Date(Date.now() + seconds * 1_000);
  for (const seconds of [1, 1, 2]) await asSystem((context) => tick(context, later(seconds)));
  expect((await read()).count).toBe(2);
  await db.execute(
    sql`update channel_timers set wanted_until = now() - interval '1 second' where org_id = ${org.orgId}`,
  );
  await asSystem((context) => tick(context, later(3)));
  expect((await read()).count).toBe(2);
  await db.execute(sql`update channel_messages set published_at = published_at - interval '2 minutes'`);
  await asSystem((context) => trimChannels(context));
  const [counted] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from channel_messages where org_id = ${org.orgId}`,
  );
  expect(counted?.n).toBe(0);
  // Its count goes on, so that a cursor from before is worth something.
  await asSystem((context) => tick(context, later(4)));
  expect(await read()).toMatchObject({ messages: [{ seq: 3 }], channels: [{ missed: 2 }] });
});
