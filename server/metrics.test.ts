import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { publish } from "./channels/operations.ts";
import { execute } from "./execute.ts";
import { writeConnections, writeCounts } from "./realtime/minutes.ts";
import { getRealtimeStats } from "./realtime/operations.ts";
import { createTask } from "./tasks/operations.ts";
import { lockChannel } from "./channels/operations.ts";
import { openTestDoors } from "./test/doors.ts";
import { createTestAgent, createTestMember, createTestOrg } from "./test/fixtures.ts";

const token = "a-token-for-figures";
const { runtime, address, keyOf } = await openTestDoors({ ENTOURAGE_METRICS_TOKEN: token });
const options = { requestId: "test" };
const scrape = async () => {
  const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return response.text();
};
/** The value of a line, 0 where it is not there. */
const valueIn = (text: string, line: string) =>
  Number(
    text
      .split("\n")
      .find((one) => one.startsWith(`${line} `))
      ?.slice(line.length + 1) ?? 0,
  );
const post = (path: string, key: string, body: unknown) =>
  fetch(`${address}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("figures are for whoever brings the token, and nobody else", async () => {
  for (const authorization of ["", "Bearer wrong", `bearer ${token}x`]) {
    const response = await fetch(`${address}/metrics`, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  }
  expect(await scrape()).toContain("entourage_database_up 1");
});

test("what is done, refused, published and appended is counted, by words of ours alone", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const key = await keyOf(org, agent);
  const before = await scrape();
  expect((await post("/api/v1/create_task", await keyOf(org), { teamId: org.teamId, title: "Count" })).status).toBe(
    200,
  );
  expect((await post("/api/v1/ping", "oc_wrong", {})).status).toBe(401);
  expect((await post("/api/v1/archive_team", key, { teamId: org.teamId })).status).toBe(403);
  // At once: on a busy machine six one after the other take longer than the second they are counted in.
  await Promise.all(
    Array.from({ length: 6 }, (_, n) => post("/api/publish", key, { channel: "public.figures", payload: n })),
  );
  const after = await scrape();
  for (const noun of ["sessions", "sandboxes", "session_turns_total", "model_tokens_total", "model_cost_micros_total"])
    expect(after).toContain(`# TYPE entourage_${noun} `);
  const risen = (line: string) => valueIn(after, line) - valueIn(before, line);
  expect(risen('entourage_http_request_seconds_count{door="http",status="401"}')).toBe(1);
  expect(risen('entourage_refusals_total{code="unauthenticated"}')).toBe(1);
  expect(risen('entourage_refusals_total{code="forbidden"}')).toBe(1);
  expect(risen('entourage_rate_limited_total{limit="channel"}')).toBe(1);
  expect(risen('entourage_channel_messages_total{kind="public"}')).toBe(5);
  expect(risen('entourage_events_appended_total{noun="task"}')).toBeGreaterThan(0);
  // The database is looked at once a second.
  await vi.waitFor(
    async () => expect(valueIn(await scrape(), 'entourage_tasks_open{status="todo"}')).toBeGreaterThan(0),
    5_000,
  );
  expect(valueIn(after, "entourage_listen_heard_seconds")).toBeLessThan(10);
  expect(after).toMatch(/^entourage_database_connections\{state="(active|idle)/m);
  for (const name of ["public.figures", org.orgId, org.teamId, agent.id]) expect(after).not.toContain(name);
});

test("a path or method that somebody makes up is no label", async () => {
  for (const path of ["/api/v1/made-up-by-me", "/made/up", "/webhooks/made-up/receive"])
    await fetch(`${address}${path}`);
  const text = await scrape();
  expect(text).not.toContain("made");
  const doors = new Set([...text.matchAll(/door="(\w+)"/g)].map(([, door]) => door));
  expect(doors.size).toBeLessThanOrEqual(10);
});

test("an organization reads its last hour: pages, messages, events and refusals, and nobody else's", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const agent = await createTestAgent(runtime, org);
  await execute(createTask, runtime, org.owner, { teamId: org.teamId, title: "One" }, options);
  for (let n = 0; n < 6; n++)
    await execute(publish, runtime, agent, { channel: "public.talk", payload: n }, options).catch(() => {});
  await expect(execute(lockChannel, runtime, agent, { channel: "public.talk" }, options)).rejects.toMatchObject({
    code: "forbidden",
  });
  await writeCounts(runtime);
  await writeConnections(
    runtime,
    new Map([
      [org.orgId, 3],
      [other.orgId, 9],
    ]),
  );
  await writeConnections(runtime, new Map([[org.orgId, 2]]));
  const stats = await execute(getRealtimeStats, runtime, org.owner, {}, options);
  expect(stats.minutes).toHaveLength(60);
  const sum = (name: "messages" | "events" | "rateLimited" | "denied") =>
    stats.minutes.reduce((all, minute) => all + minute[name], 0);
  // A minute may have turned meanwhile: what counts is the hour.
  expect([sum("messages"), sum("rateLimited"), sum("denied")]).toEqual([5, 1, 1]);
  expect(sum("events")).toBeGreaterThan(2);
  expect(stats.connections).toBe(3);
  expect(stats.busiest).toEqual([{ channel: "public.talk", messages: 5 }]);
  const theirs = await execute(getRealtimeStats, runtime, other.owner, {}, options);
  expect([theirs.connections, theirs.busiest]).toEqual([9, []]);
});

test("how much is said on a locked channel is told to those who may hear it", async () => {
  const org = await createTestOrg(runtime);
  const bob = await createTestAgent(runtime, org, { name: "bob" });
  await execute(publish, runtime, bob, { channel: "agent.bob.x", payload: 1 }, options);
  await execute(lockChannel, runtime, bob, { channel: "agent.bob.x" }, options);
  const busiest = async (actor: typeof bob) => (await execute(getRealtimeStats, runtime, actor, {}, options)).busiest;
  expect(await busiest(bob)).toEqual([{ channel: "agent.bob.x", messages: 1 }]);
  expect(await busiest(await createTestMember(runtime, org, "viewer"))).toEqual([]);
});

test("how far browsers are behind is told in events and seconds", async () => {
  const org = await createTestOrg(runtime);
  const { relay } = await execute(getRealtimeStats, runtime, org.owner, {}, options);
  expect(relay.behind).toBeGreaterThan(0);
  await runtime.db.execute(
    sql`insert into relay_cursors (org_id, seq) select org_id, seq from event_heads where org_id = ${org.orgId}`,
  );
  expect((await execute(getRealtimeStats, runtime, org.owner, {}, options)).relay).toEqual({ behind: 0, seconds: 0 });
});

test("the figures of an organization stand under /api/stats for who is signed in", async () => {
  const org = await createTestOrg(runtime);
  expect((await fetch(`${address}/api/stats`)).status).toBe(401);
  const response = await fetch(`${address}/api/stats`, { headers: { authorization: `Bearer ${await keyOf(org)}` } });
  expect(await response.json()).toMatchObject({ busiest: [], minutes: expect.any(Array) });
});

test("what is counted while the database is away is written down later, and none of it twice", async () => {
  const org = await createTestOrg(runtime);
  await writeCounts(runtime);
  const { countFor } = await import("./tally.ts");
  countFor(org.orgId, "denied", 4);
  const broken = { ...runtime, db: { transaction: () => Promise.reject(new Error("away")) } };
  await expect(writeCounts(Object.assign(Object.create(runtime), broken))).rejects.toThrow("away");
  await Promise.all([writeCounts(runtime), writeCounts(runtime)]);
  await vi.waitFor(async () => {
    const { minutes } = await execute(getRealtimeStats, runtime, org.owner, {}, options);
    expect(minutes.reduce((all, { denied }) => all + denied, 0)).toBe(4);
  }, 15_000);
});
