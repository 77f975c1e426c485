import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { connect as openPool } from "#db/client.ts";
import { setBudget } from "../budgets/operations.ts";
import {
  listCredentialsOperation,
  rotateCredentialOperation,
  saveCredentialOperation,
} from "../credentials/operations.ts";
import type { Runtime } from "../context.ts";
import { listRequests } from "../human-requests/operations.ts";
import { createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { converse } from "./converse.ts";
import type { Conversation } from "./conversation.ts";
import { openModelLab } from "./test/model-lab.ts";

const { runtime, db, url } = await openTestRuntime();
const { run } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());

const connect = (
  org: TestOrg,
  api: "anthropic" | "openai_compatible" | "ollama",
  provider: string = api,
  key = "k-1234",
) => run(saveCredentialOperation, org.owner, { api, provider, baseUrl: lab.urls[api], key });

const sonnet = "anthropic/claude-sonnet-5-5";
const say = (org: TestOrg, model: string | string[], more: Partial<Conversation> = {}, from: Runtime = runtime) =>
  converse(from, {
    ...{ orgId: org.orgId, teamId: org.teamId, purpose: "test", model, system: "Be brief." },
    ...{ messages: [{ role: "user", content: "hello" }], maxOutputTokens: 100, ...more },
  });

/** What the ledger and the records say of an organization, after everything that was set aside has ended. */
async function moneyOf(org: TestOrg) {
  const [sums] = await db.execute<{
    used: number;
    held: number;
    records: number;
    counted: number;
    open: number;
  }>(sql`select
    (select coalesce(sum(cost_micros), 0)::int from usage_records where org_id = ${org.orgId}) as used,
    (select count(*)::int from usage_records where org_id = ${org.orgId}) as records,
    (select coalesce(sum(reserved_micros), 0)::int from budget_counters where org_id = ${org.orgId}) as held,
    (select coalesce(sum(settled_micros), 0)::int from budget_counters where org_id = ${org.orgId}) as counted,
    (select count(*)::int from sessions where org_id = ${org.orgId} and status <> 'stopped') as open`);
  if (!sums) throw new Error("no sums");
  return sums;
}

test.for([
  ["anthropic", "anthropic", "claude-sonnet-5-5"],
  ["openai_compatible", "openai", "gpt-5"],
  ["ollama", "ollama", "llama3.2"],
] as const)("%s: text, a tool call and the usage come back, and the cost is exact", async ([api, provider, name]) => {
  const org = await createTestOrg(runtime);
  await connect(org, api, provider);
  lab.answerWith(() => ({
    text: "Let me look at it.",
    toolCalls: [{ name: "look", input: { at: "it" } }],
    usage: { input: 1_000, output: 50, cacheRead: 200, cacheWrite: 40 },
  }));
  const parts: string[] = [];
  const reply = await say(org, `${provider}/${name}`, {
    tools: [
      { name: "look", description: "Looks.", parameters: { type: "object", properties: { at: { type: "string" } } } },
    ],
    onPart: (part) => parts.push(part.kind),
  });
  expect(reply.text).toBe("Let me look at it.");
  expect(reply.toolCalls).toMatchObject([{ name: "look", input: { at: "it" } }]);
  expect(reply.usage).toMatchObject({ inputTokens: 1_000, outputTokens: 50 });
  expect(new Set(parts)).toEqual(new Set(["model", "text", "tool"]));
  // Micro-dollars a token: Sonnet 2, 10, 0.1 read, 2.5 written; GPT-5 1.25, 10, 0.125 read; a local model nothing.
  const costMicros = { anthropic: 2_000 + 500 + 20 + 100, openai_compatible: 1_250 + 500 + 25, ollama: 0 }[api];
  expect(reply.costMicros).toBe(costMicros);
  expect(await moneyOf(org)).toEqual({ used: costMicros, records: 1, held: 0, counted: costMicros, open: 0 });
});

test("JSON is asked for by its schema and comes parsed", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "openai_compatible", "openai");
  lab.answerWith(() => ({ text: '{"tasks":[1]}' }));
  const schema = { type: "object", properties: { tasks: { type: "array" } }, required: ["tasks"] };
  expect((await say(org, "openai/gpt-5", { schema })).object).toEqual({ tasks: [1] });
  expect(lab.requests.at(-1)?.body.response_format).toMatchObject({ type: "json_schema" });
  lab.answerWith(() => ({ text: "Sure! Here it is" }));
  expect((await say(org, "openai/gpt-5", { schema })).object).toBeUndefined();
});

test("a model nobody knows the price of is refused, and never called for nothing", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "openai_compatible", "openai");
  const before = lab.requests.length;
  await expect(say(org, "openai/mystery")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("nobody knows its price"),
  });
  expect(lab.requests.length).toBe(before);
});

test("a budget without room refuses before anything is sent", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  await run(setBudget, org.owner, { teamId: org.teamId, period: "life", capMicros: 900 });
  const before = lab.requests.length;
  await expect(say(org, sonnet, { maxOutputTokens: 100 })).rejects.toMatchObject({ code: "over_budget" });
  expect(lab.requests.length).toBe(before);
  expect(await moneyOf(org)).toMatchObject({ used: 0, held: 0 });
});

test("a stream that breaks off is booked as far as it reported, with the bound for the rest, and tried again", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(({ number }) =>
    number === first + 1
      ? { text: "x".repeat(200), dieAfter: 3, usage: { input: 1_000 } }
      : { text: "whole", usage: { input: 1_000, output: 10 } },
  );
  const first = lab.requests.length;
  const reply = await say(org, sonnet);
  expect(reply.text).toBe("whole");
  // 1,000 reported in and the 100 it might have written; then the whole answer.
  expect(await moneyOf(org)).toMatchObject({ used: 2_000 + 1_000 + 2_000 + 100, records: 2, held: 0 });
});

test("silence ends by the idle time-out, and the money with it", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(({ number }) => (number === first + 1 ? { text: "a".repeat(100), silentAfter: 2 } : { text: "here" }));
  const first = lab.requests.length;
  expect((await say(org, sonnet, { idleSeconds: 0.3 })).text).toBe("here");
  expect(await moneyOf(org)).toMatchObject({ records: 2, held: 0 });
});

test("ten megabytes are cut off at the limit, and clearly refused", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(() => ({ text: "y".repeat(10 * 1024 * 1024), pieceLength: 65_536 }));
  await expect(say(org, sonnet, { mostBytes: 1024 * 1024 })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("cut off"),
  });
  expect(await moneyOf(org)).toMatchObject({ records: 1, held: 0 });
});

test("whoever aborts waits no longer than a moment, and what may have been used is booked", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(() => ({ text: "a".repeat(1_000), pieceDelayMs: 50 }));
  const stop = new AbortController();
  const started = performance.now();
  const asked = say(org, sonnet, { signal: stop.signal, onPart: ({ kind }) => kind === "text" && stop.abort() });
  await expect(asked).rejects.toMatchObject({ code: "conflict", details: { aborted: true } });
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(await moneyOf(org)).toMatchObject({ records: 1, held: 0 });
});

test("429 with Retry-After pauses that provider for all processes, and the next model of the chain answers", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  await connect(org, "openai_compatible", "openai");
  lab.answerWith(({ api }) => (api === "anthropic" ? { status: 429, retryAfter: 90 } : { text: "from the other" }));
  const reply = await say(org, [sonnet, "openai/gpt-5"]);
  expect(reply).toMatchObject({ text: "from the other", model: "openai/gpt-5" });
  const before = lab.requests.length;
  await say(org, [sonnet, "openai/gpt-5"]);
  expect(lab.requests.slice(before).map(({ api }) => api)).toEqual(["openai_compatible"]);
  await expect(say(org, sonnet)).rejects.toMatchObject({
    code: "unavailable",
    details: { retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 80 && seconds <= 90) },
  });
  const { credentials } = await run(listCredentialsOperation, org.owner, {});
  expect(credentials.map(({ provider, pausedUntil }) => [provider, pausedUntil !== null])).toEqual([
    ["anthropic", true],
    ["openai", false],
  ]);
});

test("a provider that wants a pause is left alone by every process, and the others of the organization, and of all others, are not", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  for (const one of [org, other]) await connect(one, "anthropic");
  await connect(org, "openai_compatible", "openai");
  const second = openPool(url, { poolSize: 2, name: "entourage-second-process" });
  const elsewhere = { ...runtime, db: second.db };
  try {
    lab.answerWith(({ key }) => (key === "k-1234" ? { status: 529, retryAfter: 90 } : { text: "ok" }));
    await expect(say(org, sonnet)).rejects.toMatchObject({ code: "unavailable" });
    const before = lab.requests.length;
    lab.answerWith(() => ({ text: "ok" }));
    await expect(say(org, sonnet, {}, elsewhere)).rejects.toMatchObject({
      message: expect.stringContaining("left alone until"),
    });
    expect(lab.requests.length).toBe(before);
    expect(await say(org, "openai/gpt-5", {}, elsewhere)).toMatchObject({ text: "ok" });
    expect(await say(other, sonnet, {}, elsewhere)).toMatchObject({ text: "ok" });
  } finally {
    await second.close();
  }
});

test("529 and 500 are tried again; a provider that only fails is left alone by its breaker", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "openai_compatible", "openai");
  const first = lab.requests.length;
  lab.answerWith(({ number }) => (number <= first + 2 ? { status: 500 } : { text: "back" }));
  expect((await say(org, "openai/gpt-5")).text).toBe("back");
  lab.answerWith(() => ({ status: 500 }));
  await expect(say(org, "openai/gpt-5")).rejects.toMatchObject({ code: "unavailable" });
  await expect(say(org, "openai/gpt-5")).rejects.toMatchObject({ code: "unavailable" });
  const before = lab.requests.length;
  await expect(say(org, "openai/gpt-5")).rejects.toMatchObject({
    message: expect.stringContaining("failed several times in a row"),
  });
  expect(lab.requests.length).toBe(before);
  expect(await moneyOf(org)).toMatchObject({ records: 1, held: 0 });
  // Who saves its key anew expects it to be tried now.
  await connect(org, "openai_compatible", "openai", "another-key");
  lab.answerWith(() => ({ text: "at once" }));
  expect((await say(org, "openai/gpt-5")).text).toBe("at once");
}, 20_000);

test("a key that is refused turns its provider off and tells people once; saved anew it works", async () => {
  const org = await createTestOrg(runtime);
  const { credential } = await connect(org, "anthropic", "anthropic", "old-key");
  lab.answerWith(() => ({ status: 401, message: "invalid x-api-key" }));
  const answers = await Promise.allSettled([say(org, sonnet), say(org, sonnet)]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const asked = await run(listRequests, org.owner, {});
  expect(asked.requests.map(({ title, status }) => [title, status])).toEqual([
    ["The key of anthropic is refused", "pending"],
  ]);
  const before = lab.requests.length;
  await expect(say(org, sonnet)).rejects.toMatchObject({ message: expect.stringContaining("refuses the key") });
  expect(lab.requests.length).toBe(before);
  lab.answerWith(() => ({ text: "again" }));
  await run(rotateCredentialOperation, org.owner, { credentialId: credential.id, key: "new-key" });
  expect((await say(org, sonnet)).text).toBe("again");
  expect(lab.requests.at(-1)?.key).toBe("new-key");
  expect((await run(listRequests, org.owner, {})).requests.filter(({ status }) => status === "pending")).toEqual([]);
});

test("a model that is gone is left out, the rest of its provider is not", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(({ model }) =>
    model === "claude-sonnet-5-5" ? { status: 404, message: "model: claude-sonnet-5-5" } : { text: "small" },
  );
  expect(await say(org, [sonnet, "anthropic/claude-haiku-5-5"])).toMatchObject({ text: "small" });
  const { credentials } = await run(listCredentialsOperation, org.owner, {});
  expect(credentials).toMatchObject([{ status: "working", goneModels: ["claude-sonnet-5-5"] }]);
});

test("tools that do not exist and arguments that are no JSON come back as calls with their error", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  lab.answerWith(() => ({
    rawToolCalls: [
      { name: "nothing", input: "{}" },
      { name: "look", input: '{"at": ' },
    ],
  }));
  const reply = await say(org, sonnet, {
    tools: [{ name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }],
  });
  expect(reply.toolCalls.map(({ name, error }) => [name, error !== undefined])).toEqual([
    ["nothing", true],
    ["look", true],
  ]);
});

test("the money of a call stays set aside for as long as it runs, and what it answered is kept with its cost", async () => {
  const org = await createTestOrg(runtime);
  await connect(org, "anthropic");
  const release = Promise.withResolvers<undefined>();
  lab.answerWith(async () => {
    await release.promise;
    return { text: "late" };
  });
  const kept: string[] = [];
  const asked = say(org, sonnet, { keep: (_context, reply) => Promise.resolve(void kept.push(reply.text)) });
  await vi.waitFor(async () => expect((await moneyOf(org)).held).toBeGreaterThan(0), 15_000);
  release.resolve(undefined);
  await asked;
  expect(kept).toEqual(["late"]);
  expect(await moneyOf(org)).toMatchObject({ held: 0, records: 1 });
});
