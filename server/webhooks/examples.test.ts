import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { post, sendAsGithub } from "./test/sender.ts";
import { openWorkshop } from "./test/workshop.ts";

const { db, createOrg, openEndpoint, settle, tasksOf } = await openWorkshop();

// A JSON file is the package's whole content.
const examples = z
  .array(z.object({ name: z.string(), examples: z.array(z.looseObject({})) }))
  .parse(createRequire(import.meta.url)("@octokit/webhooks-examples"))
  .flatMap(({ name, examples: payloads }) => payloads.map((payload) => ({ event: name, payload })));

const isFull = process.env.ENTOURAGE_TEST_FULL === "1";

const outcomes = async (orgId: string) =>
  db.execute<{ event: string; status: string; result: string; n: number }>(
    sql`select event, status, result, count(*)::int as n from webhook_deliveries where org_id = ${orgId} group by 1, 2, 3`,
  );

test("every example payload of GitHub, correctly signed, is accepted and then processed or left alone with a reason", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  expect(examples.length).toBe(329);
  for (const delivery of examples) expect((await sendAsGithub(sender, delivery)).status).toBe(202);
  await settle(org);
  const results = await outcomes(org.orgId);
  expect(results.filter(({ status }) => status !== "processed" && status !== "ignored")).toEqual([]);
  expect(results.reduce((sum, { n }) => sum + n, 0)).toBe(329);
  const of = (event: string) => results.filter((each) => each.event === event && each.status === "processed");
  for (const event of ["issues", "pull_request", "push", "ping"]) expect(of(event), event).not.toEqual([]);
  expect(results.every(({ result }) => /^[A-Z#\d].*[.]$/.test(result))).toBe(true);
});

/** The signature is looked at before anything else: a third of them, of all events, is enough for every change. */
const badlySigned = isFull ? examples : examples.filter((_, index) => index % 3 === 0);

test("unsigned and wrongly signed, each of them is refused and has no effect", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  for (const [index, delivery] of badlySigned.entries()) {
    const body = JSON.stringify(delivery.payload);
    const headers = { "x-github-event": delivery.event, "x-github-delivery": randomUUID() };
    const response =
      index % 2 === 0
        ? await post(sender.url, body, headers)
        : await sendAsGithub({ ...sender, secret: "not the secret of this one" }, delivery);
    expect(response.status).toBe(401);
  }
  const stored = await db.execute<{ n: number }>(sql`select count(*)::int as n from webhook_deliveries
    where org_id = ${org.orgId} and (status <> 'refused' or payload is not null or delivery_id is not null)`);
  expect(stored[0]?.n).toBe(0);
  expect(await tasksOf(org)).toEqual([]);
});

const copiesEach = isFull ? 50 : 15;

test("many copies at once, shuffled among all the others, have one effect each", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  // One of each event and action that has an effect.
  const kinds = new Map(
    examples
      .filter(({ event }) => ["issues", "pull_request", "push", "ping"].includes(event))
      .map((delivery) => [`${delivery.event} ${String(delivery.payload.action)}`, { ...delivery, id: randomUUID() }]),
  );
  const copies = [...kinds.values()].flatMap((delivery) => Array.from({ length: copiesEach }, () => delivery));
  const shuffled =
    fc.sample(fc.shuffledSubarray(copies, { minLength: copies.length }), { numRuns: 1, seed: 5 })[0] ?? [];
  for (let at = 0; at < shuffled.length; at += 50) {
    const answers = await Promise.all(shuffled.slice(at, at + 50).map((delivery) => sendAsGithub(sender, delivery)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  }
  await settle(org);
  const rows = await outcomes(org.orgId);
  expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(kinds.size);
  const told = await db.execute<{
    n: number;
    subjects: number;
  }>(sql`select count(*)::int as n, count(distinct subject_id)::int as subjects
    from events where org_id = ${org.orgId} and type = 'webhook.delivered'`);
  expect(told[0]).toEqual({ n: kinds.size, subjects: kinds.size });
  const tasks = await tasksOf(org);
  const items = new Set(tasks.map(({ origin }) => JSON.stringify(origin)));
  expect(tasks.length).toBeGreaterThan(0);
  const again = tasks.filter(({ status }) => status !== "cancelled");
  expect(new Set(again.map(({ origin }) => JSON.stringify(origin))).size).toBe(again.length);
  expect(items.size).toBeLessThanOrEqual(tasks.length);
}, 120_000);

/** 100,000 in the long run; enough here to meet every kind of change. */
const mutations = isFull ? 100_000 : 200;

test(
  "changed payloads, correctly signed, are accepted and never a fault",
  async () => {
    const org = await createOrg();
    const { sender } = await openEndpoint(org, "github");
    const understood = examples.filter(({ event }) =>
      ["issues", "pull_request", "push", "installation", "installation_repositories", "ping"].includes(event),
    );
    const statuses = new Set<number>();
    const mutated = fc.sample(
      fc.record({ of: fc.constantFrom(...understood), changes: fc.array(change, { minLength: 1, maxLength: 3 }) }),
      { numRuns: mutations, seed: 11 },
    );
    for (let at = 0; at < mutated.length; at += 25) {
      await Promise.all(
        mutated.slice(at, at + 25).map(async ({ of, changes }) => {
          const payload = changes.reduce<unknown>(apply, structuredClone(of.payload));
          statuses.add((await sendAsGithub(sender, { event: of.event, payload })).status);
        }),
      );
    }
    await settle(org);
    expect([...statuses].filter((status) => status !== 202 && status !== 413)).toEqual([]);
    const faults = (await outcomes(org.orgId)).filter(({ result }) => result.includes("had a fault"));
    expect(faults).toEqual([]);
  },
  mutations > 1000 ? 3_600_000 : 120_000,
);

type Change = { depth: number[]; into: { drop: true } | { value: unknown } };

const change: fc.Arbitrary<Change> = fc.record({
  depth: fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 4 }),
  into: fc.oneof(
    fc.constant({ drop: true as const }),
    fc.record({
      value: fc.oneof(
        fc.constantFrom<unknown>(
          null,
          "",
          0,
          -1,
          1e300,
          [],
          {},
          true,
          "\u0000",
          "\ud800",
          "x".repeat(100_000),
          "1970-01-01T00:00:00Z",
          "9".repeat(400),
        ),
        fc.anything({ maxDepth: 2 }).filter((value) => JSON.stringify({ value }) !== undefined && isJson(value)),
      ),
    }),
  ),
});

const isJson = (value: unknown): boolean => {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
};

/** Drops or replaces whatever lies at a place. */
function apply(payload: unknown, { depth, into }: Change): unknown {
  let at: unknown = payload;
  for (const [level, pick] of depth.entries()) {
    if (typeof at !== "object" || at === null) return payload;
    const keys = Object.keys(at);
    const key = keys[pick % Math.max(1, keys.length)];
    if (key === undefined) return payload;
    if (level === depth.length - 1) {
      if ("drop" in into) Reflect.deleteProperty(at, key);
      else Reflect.set(at, key, into.value);
    } else at = Reflect.get(at, key);
  }
  return payload;
}
