import fc from "fast-check";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { createApiKey, revokeApiKey } from "./api-keys/operations.ts";
import { actorForKey } from "./auth/actor.ts";
import { actorOfRequest } from "./auth/session.ts";
import type { Actor } from "./context.ts";
import { execute } from "./execute.ts";
import { newId } from "./ids.ts";
import type { Operation } from "./operation.ts";
import { whoMay } from "./permissions.ts";
import { openTestDoors } from "./test/doors.ts";
import { createTestAgent, createTestMember } from "./test/fixtures.ts";
import { ask, canary, candidatesFor, openMatrix, placesOf, rowOf, withValue } from "./test/matrix.ts";
import { signAccessToken } from "./tokens/access-token.ts";
import { startFamily } from "./tokens/families.ts";
import { createTeam } from "./teams/operations.ts";
import { operations } from "./trpc/operations.ts";

const { runtime, address, db } = await openTestDoors();
const matrix = await openMatrix(runtime);
const { ours, own, foreign } = matrix;
const { org } = ours;
const once = { requestId: "test" };
const every = [...operations.values()];
const rows = every.map((operation, nth) => ({ name: operation.name, operation, nth }));
/** The full run has everybody come to everything; the everyday one has each come in turn, so that all of both occur. */
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const inTurn = <One>(all: readonly One[], nth: number): One[] =>
  isFull ? [...all] : [...all.slice(nth % all.length), ...all.slice(0, nth % all.length)].slice(0, 1);

const keyOf = async (input: Record<string, unknown>, maker: Actor = org.owner) =>
  execute(createApiKey, runtime, maker, { name: "k", ...input }, once);
const agentKey = async (role: "engineer" | "reviewer" | "manager") =>
  (await keyOf({ agentId: (await createTestAgent(runtime, org, { role })).id })).key;
const [admin, viewer, elsewhere] = [
  await createTestMember(runtime, org, "admin"),
  await createTestMember(runtime, org, "viewer"),
  { ...(await createTestMember(runtime, org, "member")), teams: [] as string[] },
];
await db.execute(sql`delete from team_members where user_id = ${elsewhere.id}`);
await execute(createTeam, runtime, org.owner, { name: "Another" }, once);
const tokenOf = async ({ id }: Actor, at = new Date()) => {
  const { accessToken } = await startFamily(runtime, { userId: id, orgId: org.orgId }, { ip: "", userAgent: "" });
  if (at.getTime() > Date.now() - 60_000) return accessToken;
  const { sid } = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()) as { sid: string };
  return signAccessToken(runtime.settings, { sub: id, sid, org: org.orgId }, at);
};

/** Who comes, with what: real keys and tokens through the real door. Tokens are fresh each time: one operation signs out. */
const insiders: Record<string, string | (() => Promise<string>)> = {
  owner: (await keyOf({})).key,
  admin: () => tokenOf(admin),
  "member of another team": () => tokenOf(elsewhere),
  viewer: () => tokenOf(viewer),
  "engineer's key": await agentKey("engineer"),
  "reviewer's key": await agentKey("reviewer"),
  "manager's key": await agentKey("manager"),
  "read key": (await keyOf({ scopes: ["read"] })).key,
};
const revoked = await keyOf({});
await execute(revokeApiKey, runtime, org.owner, { apiKeyId: revoked.apiKey.id }, once);
const expired = await keyOf({ expiresInDays: 1 });
await db.execute(sql`update api_keys set expires_at = now() - interval '1 second' where id = ${expired.apiKey.id}`);
const outsiders = {
  "revoked key": revoked.key,
  "expired key": expired.key,
  "expired access token": await tokenOf(admin, new Date(Date.now() - 2 * 3_600_000)),
  nobody: undefined,
};
// The test begins when both have been heard of; that they are within seconds is shown elsewhere.
await vi.waitUntil(async () => {
  const isRefused = (key: string) =>
    actorForKey(runtime, key, "").then(
      () => false,
      () => true,
    );
  return (await Promise.all([revoked.key, expired.key].map(isRefused))).every(Boolean);
}, 5_000);
const present = (token: string | (() => Promise<string>)) => (typeof token === "string" ? token : token());
const permissionsOf = new Map<string, ReadonlySet<string>>();
for (const [name, token] of Object.entries(insiders)) {
  const { permissions } = await actorOfRequest(runtime, {
    ...{ authorization: `Bearer ${await present(token)}`, cookie: undefined, orgRef: undefined, ip: "" },
    ...{ origin: undefined, method: "POST", contentType: "application/json" },
  });
  permissionsOf.set(name, permissions);
}

async function send({ name }: Operation, token: string | undefined, input: unknown) {
  const response = await fetch(`${address}/api/v1/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, text: await response.text() };
}

/** Nothing that exists: nobody's input changes anything for the next one. */
const nothing = new Map([...own.keys()].map((table) => [table, newId()]));
const briefly = (operation: Operation) => ("timeoutSeconds" in operation.input.shape ? { timeoutSeconds: 0 } : {});

test("there is something to find: nearly every table of the other organization holds the canary", async () => {
  expect(foreign.size).toBeGreaterThan(15);
  const [found] = await db.execute<{ tasks: number; events: number }>(sql`select
    (select count(*)::int from tasks where title like ${`%${canary}%`}) as tasks,
    (select count(*)::int from events where data::text like ${`%${canary}%`}) as events`);
  expect(Math.min(found?.tasks ?? 0, found?.events ?? 0)).toBeGreaterThan(2);
});

test.each(rows)("$name has a row: an input that its schema takes", ({ operation }) => {
  expect(operation.input.safeParse(rowOf(operation, own)).success).toBe(true);
});

test.each(rows)(
  "$name lets nobody in whose key or token has ended, and nobody without one",
  async ({ operation, nth }) => {
    for (const [who, token] of inTurn(Object.entries(outsiders), nth)) {
      const { status, text } = await send(operation, token, rowOf(operation, nothing));
      expect([who, status]).toEqual([who, 401]);
      expect(text).not.toContain(canary);
    }
  },
);

const came = new Set<string>();
test.each(rows)(
  "$name: without its permission one is told which, with it never a failure of ours, and nothing of the others",
  async ({ operation, nth }) => {
    const mayDo = (who: string) => operation.isOpen || permissionsOf.get(who)?.has(operation.permission) === true;
    const [mayNot, may] = [false, true].map((wanted) =>
      Object.entries(insiders).filter(([who]) => mayDo(who) === wanted),
    );
    for (const [who, token] of [...inTurn(mayNot ?? [], nth), ...inTurn(may ?? [], nth)]) {
      came.add(who);
      const { status, text } = await send(operation, await present(token), {
        ...rowOf(operation, nothing),
        ...briefly(operation),
      });
      expect([who, status < 500 || status === 503, text]).toEqual([who, true, text]);
      expect(text).not.toContain(canary);
      if (mayDo(who)) continue;
      expect([who, status]).toEqual([who, 403]);
      // People are told who may, keys what they would need.
      const told = [operation.permission, `Only ${whoMay(operation.permission)} may do this.`];
      expect([who, text, told.some((words) => text.includes(words))]).toEqual([who, text, true]);
    }
  },
);

test("everybody has come to something", () => {
  expect([...came].toSorted()).toEqual(Object.keys(insiders).toSorted());
});

const attackers: Actor[] = [org.owner, ours.agent, viewer];
const places = every
  .flatMap((operation) =>
    placesOf(operation).map(({ path, name }) => ({
      operation,
      path,
      field: path.join("."),
      of: name,
      name: operation.name,
    })),
  )
  .map((place, nth) => ({ ...place, nth }));

test("the places where something can be named are many", () => {
  expect(places.length).toBeGreaterThan(100);
});

test.each(places)(
  "$name: what is foreign in $field is told like what never was",
  async ({ operation, path, of, nth }) => {
    const never = newId();
    for (const actor of inTurn(attackers, nth)) {
      const missing = await ask(runtime, operation, actor, {
        ...withValue(operation, own, path, never),
        ...briefly(operation),
      });
      for (const [table, id] of candidatesFor(of, foreign)) {
        const told = await ask(runtime, operation, actor, {
          ...withValue(operation, own, path, id),
          ...briefly(operation),
        });
        expect([table, told.code]).toEqual([table, missing.code]);
        expect(told.text).not.toContain(canary);
        expect(told.code, told.text).not.toBe("internal");
        if (told.code !== "ok") expect(told.text.replaceAll(id, "ID")).toBe(missing.text.replaceAll(never, "ID"));
      }
    }
  },
);

test.each(rows)(
  "$name: ids of the other organization in all places at once bring nothing of it back",
  async ({ operation, nth }) => {
    const pool = [...foreign.values()];
    const fields = placesOf(operation);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pool), { minLength: 8, maxLength: 8 }), async (ids) => {
        const input = fields.reduce(
          (row, { path }, at) => ({ ...row, ...pick(withValue(operation, foreign, path, ids[at % 8] ?? ""), path[0]) }),
          rowOf(operation, foreign),
        );
        for (const actor of inTurn(attackers, nth)) {
          const { code, text } = await ask(runtime, operation, actor, { ...input, ...briefly(operation) });
          expect(text).not.toContain(canary);
          expect(code, text).not.toBe("internal");
        }
      }),
      { numRuns: fields.length > 0 ? (isFull ? 5 : 2) : 1 },
    );
  },
);

test("after all of that nothing of the other organization has changed", async () => {
  const [head] = await db.execute<{ n: number }>(sql`select count(*)::int as n from events
    where org_id = ${matrix.theirs.org.orgId} and actor->>'id' in (${org.owner.id}, ${ours.agent.id}, ${viewer.id}, ${admin.id})`);
  expect(head?.n).toBe(0);
});

const pick = (row: Record<string, unknown>, field: string | number | undefined) =>
  field === undefined ? {} : { [field]: row[field] };

// Last, because it changes what is ours.
test("at most of these places a thing of one's own is found: the attempts above fail because it is foreign", async () => {
  const blind: string[] = [];
  for (const { operation, path, of, field } of places) {
    const answers = [newId(), ...candidatesFor(of, own).map(([, id]) => id)].map(async (id) => {
      const input = { ...withValue(operation, own, path, id), ...briefly(operation) };
      const told = await ask(runtime, operation, org.owner, input);
      return told.text.replaceAll(id, "ID");
    });
    const [missing, ...found] = await Promise.all(answers);
    if (found.every((answer) => answer === missing)) blind.push(`${operation.name}.${field}`);
  }
  expect(blind.length, blind.join(" ")).toBeLessThan(places.length * 0.3);
});
