import { connect } from "node:net";
import { encode } from "next-auth/jwt";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import { sessionSettings } from "../auth/settings.ts";
import { endSignIn, startSignIn } from "../auth/sign-in.ts";
import { asSystem } from "../auth/actor.ts";
import type { Actor } from "../context.ts";
import { latestSeq } from "../events/feed.ts";
import { listEvents } from "../events/operations.ts";
import { record } from "../events/record.ts";
import { createSession } from "../sessions/conversations.ts";
import { createSessionInput } from "../sessions/schema.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { deactivateMember } from "../members/service.ts";
import { addTeamMember, createTeam, removeTeamMember } from "../teams/service.ts";
import { openTestDoors } from "../test/doors.ts";
import { as, createTestAgent, createTestMember, createTestOrg, type TestOrg } from "../test/fixtures.ts";
import { startFamily } from "../tokens/families.ts";
import { createEventTicket } from "./operations.ts";
import { readStream } from "./test/reader.ts";

const { runtime, address, keyOf, sql: database } = await openTestDoors();
const once = { requestId: "test" };
const client = { ip: "192.0.2.1", userAgent: "test" };
/** Every way out closes within this. */
const withinMs = 5_000;

async function open(query: Record<string, string>, headers: Record<string, string> = {}) {
  const reader = await readStream(`${address}/api/events?${new URLSearchParams(query)}`, headers);
  onTestFinished(() => reader.close());
  return reader;
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const say = (org: TestOrg, text: string, teamId: string | null = org.teamId) =>
  as(runtime, org.owner, (context) =>
    record(context, "team.updated", [{ subject: teamId ?? org.orgId, team: teamId, data: { name: text } }]),
  );
const headOf = (org: TestOrg) => as(runtime, org.owner, latestSeq);
async function cookieOf(signInId: string) {
  const { cookieName, secret } = sessionSettings(runtime.config);
  return { cookie: `${cookieName}=${await encode({ token: { signInId }, secret, salt: cookieName })}` };
}
async function refusedWith(query: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${address}/api/events?${new URLSearchParams(query)}`, { headers });
  return [response.status, (await response.json()).error] as const;
}
const signedIn = async ({ id }: Actor) => cookieOf(await startSignIn(runtime, id, client));

test("what happens arrives in order, once, as the feed tells it, and a reader comes back by its last id", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const since = await headOf(org);
  const reader = await open({ team: org.teamId, since: String(since) }, bearer(key));
  expect(reader.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(reader.response.headers.get("cache-control")).toBe("no-cache, no-transform");
  await vi.waitFor(() => expect(reader.retry).toBeGreaterThanOrEqual(1_000), 15_000);
  for (let i = 0; i < 30; i++) await say(org, `n${i}`);
  await vi.waitFor(() => expect(reader.events).toHaveLength(30), withinMs);
  const feed = await execute(listEvents, runtime, org.owner, { teamId: org.teamId, since }, once);
  expect(reader.events).toEqual(feed.events);
  expect(reader.lastId).toBe(String(feed.head));
  reader.close();
  for (let i = 0; i < 5; i++) await say(org, `away${i}`);
  // The header is newer than what the address says.
  const back = await open({ since: String(since) }, { ...bearer(key), "last-event-id": reader.lastId });
  await vi.waitFor(
    () => expect(back.events.map(({ data }) => data.name)).toEqual([0, 1, 2, 3, 4].map((i) => `away${i}`)),
    15_000,
  );
});

test("a long past is read in pages at the reader's pace while more happens, without a gap or a double", async () => {
  const org = await createTestOrg(runtime);
  const since = await headOf(org);
  await as(runtime, org.owner, (context) =>
    record(
      context,
      "team.updated",
      Array.from({ length: 900 }, () => ({ subject: org.teamId, team: org.teamId, data: { name: "x" } })),
    ),
  );
  const reader = await open({ since: String(since) }, bearer(await keyOf(org)));
  for (let i = 0; i < 50; i++) await say(org, "more");
  const head = await headOf(org);
  await vi.waitFor(() => expect(reader.events.at(-1)?.seq).toBe(head), withinMs);
  expect(reader.events.map(({ seq }) => seq)).toEqual(Array.from({ length: head - since }, (_, i) => since + 1 + i));
});

test("who is too far behind, or ahead of the log, is told to read everything again, and goes on from its end", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  await as(runtime, org.owner, (context) =>
    record(
      context,
      "team.updated",
      Array.from({ length: 10_001 }, () => ({ subject: org.teamId, team: org.teamId, data: { name: "x" } })),
    ),
  );
  const head = await headOf(org);
  for (const [since, reason] of [
    ["0", "too_far_behind"],
    [String(head + 5), "unknown_position"],
  ] as const) {
    const reader = await open({ since }, bearer(key));
    await vi.waitFor(() => expect(reader.said).toHaveLength(1), 15_000);
    const from = await headOf(org);
    expect(reader.said[0]).toMatchObject({
      event: "reset",
      id: String(from),
      data: JSON.stringify({ head: from, reason }),
    });
    await say(org, "after");
    await vi.waitFor(() => expect(reader.events.map(({ data }) => data.name)).toEqual(["after"]), 15_000);
  }
});

test("only the types that were asked for come, and a type that does not exist is refused", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const reader = await open({ types: "message.sent,agent.*" }, bearer(key));
  await say(org, "no");
  const agent = await createTestAgent(runtime, org);
  await vi.waitFor(() => expect(reader.events.map(({ type }) => type)).toEqual(["agent.created"]), 15_000);
  expect(reader.events[0]?.subjectId).toBe(agent.id);
  expect(await refusedWith({ types: "task.exploded" }, bearer(key))).toMatchObject([
    400,
    { message: /task\.exploded/ },
  ]);
});

test("a team's stream has the team and what concerns all; a foreign team is as missing as one that never was", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const key = await keyOf(org);
  const aside = await as(runtime, org.owner, (context) => createTeam(context, { name: "Aside" }));
  const reader = await open({ team: org.teamId }, bearer(key));
  await say(org, "theirs", aside.teamId);
  await say(org, "ours");
  await vi.waitFor(() => expect(reader.events.map(({ data }) => data.name)).toEqual(["ours"]), 15_000);
  const missing = newId();
  const answers = [
    await refusedWith({ team: other.teamId }, bearer(key)),
    await refusedWith({ team: missing }, bearer(key)),
  ];
  expect(answers.map(([status, { message }]) => [status, String(message).replace(/[0-9a-f-]{36}/, "ID")])).toEqual(
    Array(2).fill([404, "There is no team ID here. list_teams shows yours."]),
  );
});

test("nobody hears of a team they are not in, nor of its part in what led to something", async () => {
  const org = await createTestOrg(runtime);
  const aside = await as(runtime, org.owner, (context) => createTeam(context, { name: "Aside" }));
  const member = await createTestMember(runtime, org, "member");
  const reader = await open({}, await signedIn(member));
  await vi.waitFor(() => expect(reader.retry).toBeDefined(), 15_000);
  await say(org, "secret", aside.teamId);
  const cause = { seq: await headOf(org), correlationId: "c" };
  await as(runtime, org.owner, (context) => {
    context.cause = cause;
    return record(context, "team.updated", [{ subject: org.teamId, team: org.teamId, data: { name: "ours" } }]);
  });
  await vi.waitFor(() => expect(reader.events.map(({ data }) => data.name)).toEqual(["ours"]), 15_000);
  expect(reader.events[0]?.cause).toBeNull();
});

test("what somebody's own session is called is told live to them, and to the rest of their team that there is one", async () => {
  const org = await createTestOrg(runtime);
  const [mia, max] = [await createTestMember(runtime, org, "member"), await createTestMember(runtime, org, "member")];
  const readers = [await open({}, await signedIn(mia)), await open({}, await signedIn(max))];
  for (const reader of readers) await vi.waitFor(() => expect(reader.retry).toBeDefined(), 15_000);
  await as(runtime, mia, (context) =>
    createSession(context, createSessionInput.parse({ teamId: org.teamId, name: "hush" })),
  );
  const told = () => readers.map(({ events }) => events.find(({ type }) => type === "session.created")?.data);
  await vi.waitFor(() => expect(told()).toMatchObject([{ name: "hush" }, { agentKind: "entourage" }]), 15_000);
  expect(told()[1]).not.toHaveProperty("name");
});

test("what cannot be a place, a team or a parameter is refused with what would be possible", async () => {
  const headers = bearer(await keyOf(await createTestOrg(runtime)));
  for (const since of ["-1", "1.5", "1e3", "x", "", "99999999999999999999", " 5", "0x10"])
    expect(await refusedWith({ since }, headers), since).toMatchObject([
      400,
      { code: "invalid", message: /since: .*number of an event/ },
    ]);
  expect(await refusedWith({}, { ...headers, "last-event-id": "abc" })).toMatchObject([
    400,
    { message: /Last-Event-ID/ },
  ]);
  expect(await refusedWith({ team: "core" }, headers)).toMatchObject([400, { code: "invalid" }]);
  expect(await refusedWith({ sinc: "4" }, headers)).toMatchObject([400, { message: /since \(optional\)/ }]);
  const twice = await fetch(`${address}/api/events?since=1&since=2`, { headers });
  expect(twice.status).toBe(400);
});

test("a key or token in the address is refused whatever it is called, even beside a right header", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  for (const [name, value] of [
    ...[
      ["token", key],
      ["access_token", "x"],
      ["apiKey", key],
      ["ticket", key],
      ["org", "eyJhbGciOi.x.y"],
      ["jwt", "x"],
    ],
  ] as const)
    for (const headers of [{}, bearer(key)])
      expect(await refusedWith({ [name]: value }, headers)).toMatchObject([
        400,
        { message: /do not belong in an address.*create_event_ticket/ },
      ]);
});

test("without credentials nobody gets in, nor does a page of another site with our cookie", async () => {
  const org = await createTestOrg(runtime);
  expect((await refusedWith({}))[0]).toBe(401);
  expect((await refusedWith({}, bearer("oc_wrong")))[0]).toBe(401);
  const cookie = await cookieOf(await startSignIn(runtime, org.owner.id, client));
  expect((await refusedWith({}, { ...cookie, origin: "https://evil.example" }))[0]).toBe(403);
  const reader = await open({ org: org.slug }, { ...cookie, origin: address });
  await say(org, "seen");
  await vi.waitFor(() => expect(reader.events).toHaveLength(1), 15_000);
  expect((await refusedWith({ org: "nobody-s" }, cookie))[0]).toBe(404);
});

test("a ticket opens one stream, as who asked for it, of its team: of twenty that come with it at once one gets in", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const ask = (input = {}) => execute(createEventTicket, runtime, org.owner, input, once);
  // Made in a browser: the holder is whoever was signed in.
  const signInId = await startSignIn(runtime, org.owner.id, client);
  const made = await fetch(`${address}/api/v1/create_event_ticket`, {
    method: "POST",
    headers: {
      ...(await cookieOf(signInId)),
      origin: address,
      "content-type": "application/json",
      "x-entourage-org": org.slug,
    },
    body: JSON.stringify({ teamId: org.teamId }),
  });
  const { ticket, url } = await made.json();
  expect(url).toContain(`/api/events?team=${org.teamId}&ticket=et_`);
  const readers = await Promise.all(Array.from({ length: 20 }, () => open({ ticket })));
  expect(readers.map(({ response }) => response.status).toSorted((a, b) => a - b)).toEqual([
    200,
    ...Array(19).fill(401),
  ]);
  const reader = readers.find(({ response }) => response.ok);
  await say(org, "ours");
  await say(other, "theirs");
  await vi.waitFor(() => expect(reader?.events.map(({ data }) => data.name)).toEqual(["ours"]), 15_000);
  expect(await refusedWith({ ticket })).toMatchObject([401, { message: /create_event_ticket/ }]);
  // Somebody without anything that could end has no ticket to be resolved by.
  await expect(ask({ teamId: other.teamId })).rejects.toMatchObject({ code: "not_found" });
});

test("a ticket that is unknown, misspelt, expired or of an ended key is the same as none", async () => {
  const org = await createTestOrg(runtime);
  const { key, apiKey } = await execute(createApiKey, runtime, org.owner, { name: "k" }, once);
  const make = async (): Promise<string> => {
    const made = await fetch(`${address}/api/v1/create_event_ticket`, {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify({ teamId: org.teamId }),
    });
    return (await made.json()).ticket;
  };
  const [expired, wrongTeam, ofEnded] = [await make(), await make(), await make()];
  const stored = await database`select to_jsonb(t)::text as row from event_tickets t`;
  expect(JSON.stringify(stored)).not.toContain(ofEnded.slice(3, 20));
  const aside = await as(runtime, org.owner, (context) => createTeam(context, { name: "Aside" }));
  expect((await refusedWith({ ticket: wrongTeam, team: aside.teamId }))[0]).toBe(403);
  await runtime.db.execute(sql`update event_tickets set expires_at = now() where org_id = ${org.orgId}`);
  const alive = await make();
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: apiKey.id }, once);
  // A revocation reaches a process within milliseconds.
  await vi.waitFor(
    async () =>
      expect((await fetch(`${address}/api/v1/ping`, { method: "POST", headers: bearer(key) })).status).toBe(401),
    15_000,
  );
  const answers = await Promise.all(
    [expired, alive, "et_nonsense", `${expired.slice(0, -1)}${expired.endsWith("0") ? "1" : "0"}`].map((ticket) =>
      refusedWith({ ticket }),
    ),
  );
  expect(answers.map(([status, { code }]) => [status, code])).toEqual(Array(4).fill([401, "unauthenticated"]));
});

test("a stream ends with its key, tokens, sign-in, membership or team, and nothing that comes after is told", async () => {
  const org = await createTestOrg(runtime);
  const member = () => createTestMember(runtime, org, "member");
  const [byMembership, byTeam] = [await member(), await member()];
  const agent = await createTestAgent(runtime, org);
  const agentKey = await execute(createApiKey, runtime, org.owner, { name: "a", agentId: agent.id }, once);
  const signInId = await startSignIn(runtime, org.owner.id, client);
  const pair = await startFamily(runtime, { key: { orgId: org.orgId, id: agentKey.apiKey.id } }, client);
  const second = await execute(createApiKey, runtime, org.owner, { name: "b", agentId: agent.id }, once);
  const ways = [
    {
      headers: bearer(second.key),
      end: () => execute(revokeApiKey, runtime, org.owner, { apiKeyId: second.apiKey.id }, once),
    },
    {
      headers: await cookieOf(signInId),
      end: () => asSystem(runtime, (context) => endSignIn(context, { id: signInId, userId: org.owner.id })),
    },
    {
      headers: await signedIn(byMembership),
      end: () => as(runtime, org.owner, (context) => deactivateMember(context, byMembership.id)),
    },
    {
      headers: await signedIn(byTeam),
      end: () =>
        as(runtime, org.owner, (context) => removeTeamMember(context, { teamId: org.teamId, userId: byTeam.id })),
    },
    {
      headers: bearer(pair.accessToken),
      end: () => execute(revokeApiKey, runtime, org.owner, { apiKeyId: agentKey.apiKey.id }, once),
    },
  ];
  for (const [way, { headers, end }] of ways.entries()) {
    const reader = await open({ team: org.teamId, types: "team.updated" }, headers);
    expect(reader.response.status, `way ${way}`).toBe(200);
    await say(org, `before ${way}`);
    await vi.waitFor(() => expect(reader.events).toHaveLength(1), 15_000);
    const begun = Date.now();
    await end();
    await reader.over;
    expect(Date.now() - begun).toBeLessThan(withinMs);
    expect(reader.said.map(({ event, data }) => [event, JSON.parse(data).reason])).toEqual([["end", "access_ended"]]);
    await say(org, `after ${way}`);
    expect(reader.events.map(({ data }) => data.name)).toEqual([`before ${way}`]);
  }
});

test("who is taken out of a team hears nothing that happened in it afterwards, and who is taken in does", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const aside = await as(runtime, org.owner, (context) => createTeam(context, { name: "Aside" }));
  const reader = await open({ types: "team.updated" }, await signedIn(member));
  await vi.waitFor(() => expect(reader.retry).toBeDefined(), 15_000);
  await say(org, "not yet", aside.teamId);
  await say(org, "told");
  await vi.waitFor(() => expect(reader.events.map(({ data }) => data.name)).toEqual(["told"]), 15_000);
  await as(runtime, org.owner, (context) => addTeamMember(context, { teamId: aside.teamId, userId: member.id }));
  await say(org, "in", aside.teamId);
  await vi.waitFor(() => expect(reader.events.map(({ data }) => data.name)).toEqual(["told", "in"]), 15_000);
  // One transaction: the log holds both before anybody could look.
  await as(runtime, org.owner, async (context) => {
    await removeTeamMember(context, { teamId: aside.teamId, userId: member.id });
    await record(context, "team.updated", [{ subject: aside.teamId, team: aside.teamId, data: { name: "out" } }]);
  });
  await say(org, "still here");
  await vi.waitFor(
    () => expect(reader.events.map(({ data }) => data.name)).toEqual(["told", "in", "still here"]),
    15_000,
  );
});

test("200 streams on one LISTEN hear the same, and whoever hangs up is gone", { timeout: 60_000 }, async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const listening = () =>
    database`select count(*)::int as n from pg_stat_activity where application_name = 'entourage-listen' and datname = current_database()`;
  const [before] = await listening();
  const open0 = runtime.streams?.streams() ?? 0;
  const readers = await Promise.all(Array.from({ length: 200 }, () => open({ team: org.teamId }, bearer(key))));
  await vi.waitFor(() => expect(readers.every(({ retry }) => retry !== undefined)).toBe(true), 20_000);
  expect(runtime.streams?.streams()).toBe(open0 + 200);
  for (let i = 0; i < 20; i++) await say(org, `n${i}`);
  await vi.waitFor(() => expect(readers.map(({ events }) => events.length)).toEqual(Array(200).fill(20)), 20_000);
  const [after] = await listening();
  expect(after?.n).toBe(before?.n);
  // Coming back all at once would be a storm: each was told a moment of its own.
  expect(new Set(readers.map(({ retry }) => retry)).size).toBeGreaterThan(100);
  expect(Math.max(...readers.map(({ retry }) => retry ?? 0))).toBeLessThanOrEqual(5_000);
  for (const reader of readers) reader.close();
  await vi.waitFor(() => expect(runtime.streams?.streams()).toBe(open0), 20_000);
});

test("one actor has a bound of streams", { timeout: 60_000 }, async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  await Promise.all(Array.from({ length: 250 }, () => open({}, bearer(key))));
  const [status, error] = await refusedWith({}, bearer(key));
  expect([status, error.code, error.details.retryAfterSeconds]).toEqual([429, "rate_limited", 5]);
});

test("HEAD tells the headers and opens nothing", async () => {
  const org = await createTestOrg(runtime);
  const open0 = runtime.streams?.streams();
  const response = await fetch(`${address}/api/events`, { method: "HEAD", headers: bearer(await keyOf(org)) });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(runtime.streams?.streams()).toBe(open0);
});

test("who takes nothing is cut at a bound, and nobody waits for them", { timeout: 60_000 }, async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const healthy = await open({}, bearer(key));
  const deaf = connect(Number(new URL(address).port), "127.0.0.1");
  onTestFinished(() => void deaf.destroy());
  const cut = new Promise((resolve) => deaf.on("close", resolve).on("error", () => {}));
  deaf.write(`GET /api/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n\r\n`);
  deaf.pause();
  const before = runtime.streams?.streams() ?? 0;
  await vi.waitFor(() => expect(runtime.streams?.streams()).toBe(before + 1), 15_000);
  const large = "x".repeat(200_000);
  let told = 0;
  // What the kernel holds for it comes first.
  while (runtime.streams?.streams() === before + 1 && told < 200) {
    await say(org, large);
    told += 1;
    await vi.waitFor(() => expect(healthy.events).toHaveLength(told), withinMs);
  }
  expect(runtime.streams?.streams()).toBe(before);
  deaf.resume();
  await cut;
  expect(healthy.isOver()).toBe(false);
});

test("a reader that loses its stream before anything happened comes back to where it began", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const head = await headOf(org);
  const reader = await open({}, bearer(key));
  await vi.waitFor(() => expect(reader.lastId).toBe(String(head)), 15_000);
  reader.close();
  await say(org, "away");
  const back = await open({}, { ...bearer(key), "last-event-id": reader.lastId });
  await vi.waitFor(() => expect(back.events.map(({ data }) => data.name)).toEqual(["away"]), 15_000);
});

test("a process that stops ends its streams with the reason and lets nobody in any more", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const readers = [await open({}, bearer(key)), await open({ team: org.teamId }, bearer(key))];
  await vi.waitFor(() => expect(readers.every(({ lastId }) => lastId !== "")).toBe(true), 15_000);
  runtime.streams?.close();
  for (const { over, said } of readers) {
    await over;
    expect(said.map(({ event, data }) => [event, JSON.parse(data).reason])).toEqual([["end", "restarting"]]);
  }
  expect(runtime.streams?.streams()).toBe(0);
  expect(await refusedWith({}, bearer(key))).toMatchObject([503, { code: "unavailable" }]);
});
