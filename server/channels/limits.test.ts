import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTestAgent, createTestOrg } from "../test/fixtures.ts";
import { openTestDoors } from "../test/doors.ts";
import { workIn } from "../test/work.ts";
import { startWake } from "../events/wake.ts";
import { publish, subscribeChannel } from "./operations.ts";

const { runtime, db, sql: pool, url, address, keyOf } = await openTestDoors();
const { run } = workIn(runtime);

test("of 50 messages at once five are published, whatever the processes; the others hear when to try again", async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "Bob" });
  await run(publish, bob, { channel: "public.x", payload: "makes the handle" });
  await db.execute(sql`delete from channel_rates`);
  // A second process: its own wake-ups and no memory of the first.
  const wake = await startWake({ url, sql: pool });
  const others = workIn({ ...runtime, wake });
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) =>
      (n % 2 ? run : others.run)(publish, bob, { channel: `public.${n}`, payload: n }),
    ),
  );
  await wake.close();
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  for (const answer of answers) {
    if (answer.status === "rejected") {
      expect(answer.reason).toMatchObject({ code: "rate_limited", details: { retryAfterSeconds: 1 } });
    }
  }
});

test("never more than five within any second, and whoever is refused has published nothing", {
  timeout: 60_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "Bob" });
  const began = Date.now();
  const until = began + 3_000;
  let published = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (Date.now() < until) {
        await run(publish, bob, { channel: "public.busy", payload: 1 }).then(
          () => published++,
          (error: unknown) => expect(error).toMatchObject({ code: "rate_limited" }),
        );
      }
    }),
  );
  const rows = await db.execute<{
    at: number;
    seq: number;
  }>(sql`select extract(epoch from published_at)::float8 as at, seq::int as seq
    from channel_messages where org_id = ${org.orgId} order by seq`);
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  expect(published).toBeGreaterThanOrEqual(10);
  expect(published).toBeLessThanOrEqual(5 * (1 + (Date.now() - began) / 1_000));
  // The turn is counted before the message is numbered: on a busy machine a good while before.
  for (const [index, { at }] of rows.entries()) expect(at - (rows[index - 5]?.at ?? 0)).toBeGreaterThan(0.5);
});

test("over HTTP a message too many is 429 with Retry-After, one too large 413, and someone else's channel 403", async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "Bob" });
  const key = await keyOf(org, bob);
  const post = (body: unknown, auth = key) =>
    fetch(`${address}/api/v1/publish`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${auth}` },
      body: JSON.stringify(body),
    });
  expect((await post({ channel: "public.x", payload: "x".repeat(16_400) })).status).toBe(413);
  expect((await post({ channel: "system.timer.day", payload: 1 })).status).toBe(403);
  expect((await post({ channel: "public.x", payload: 1 }, "oc_wrong")).status).toBe(401);
  const answers = await Promise.all(Array.from({ length: 8 }, () => post({ channel: "public.x", payload: 1 })));
  const late = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(late.map(({ headers }) => headers.get("retry-after"))).toEqual(["1", "1", "1"]);
});

test("the short addresses do what their operations do, with a key, and are described", async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "Bob" });
  await createTestAgent(runtime, org, { name: "Ann" });
  const key = await keyOf(org, bob);
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${address}/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect([path, response.status]).toEqual([path, 200]);
    return response.json();
  };
  const get = async (path: string) => (await fetch(`${address}/api/${path}`, { headers })).json();
  const channel = "agent.bob.news";
  expect(await post("publish", { channel, payload: { a: 1 } })).toMatchObject({ channel, sender: "bob", seq: 1 });
  expect(await post("advertise", { channel, description: "What is new" })).toMatchObject({
    channel: { description: "What is new" },
  });
  expect(await post("lock", { channel })).toMatchObject({ channel: { locked: true }, ended: true });
  expect(await get("locks/bob")).toEqual({ handle: "bob", locked: [channel] });
  await post("grant", { channel, handle: "bob" });
  await post("revoke", { channel, handle: "bob" });
  await post("unlock", { channel });
  expect(await get("locks/bob")).toEqual({ handle: "bob", locked: [] });
  expect(await get("profile/bob")).toMatchObject({
    handle: "bob",
    kind: "agent",
    name: "Bob",
    channels: [{ channel, messages: 1 }],
  });
  expect(await get("profile/nobody")).toMatchObject({ error: { code: "not_found" } });
  const { paths } = await get("openapi.json");
  for (const path of ["publish", "lock", "unlock", "grant", "revoke", "advertise"])
    expect(paths[`/api/${path}`]).toHaveProperty("post.requestBody");
  for (const path of ["locks", "profile"]) expect(paths[`/api/${path}/{agent}`].get.parameters).toHaveLength(1);
});

test("names made up without end do not fill the tables", async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "Bob" });
  await run(publish, bob, { channel: "agent.bob.first", payload: 1 });
  await db.execute(sql`insert into channel_streams (org_id, id, kind, owner_id, path, seq, used_at, is_heard)
    select ${org.orgId}::uuid, gen_random_uuid(), 'agent', ${bob.id}::uuid, 'filler-' || n, 1, now(), false from generate_series(1, 999) n`);
  await expect(run(publish, bob, { channel: "agent.bob.more", payload: 1 })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(run(publish, bob, { channel: "agent.bob.first", payload: 2 })).resolves.toMatchObject({ seq: 2 });
  await expect(run(publish, bob, { channel: "public.more", payload: 1 })).resolves.toMatchObject({ seq: 1 });
  await db.execute(sql`insert into channel_streams (org_id, id, kind, owner_id, path, seq, used_at, is_heard)
    select ${org.orgId}::uuid, gen_random_uuid(), 'agent', ${bob.id}::uuid, 'silent-' || n, 0, now(), true from generate_series(1, 1000) n`);
  await expect(run(subscribeChannel, org.owner, { channel: "agent.bob.silent-more" })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(run(subscribeChannel, org.owner, { channel: "agent.bob.first" })).resolves.toMatchObject({ seq: 2 });
});
