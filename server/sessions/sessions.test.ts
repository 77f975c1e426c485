import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { setPriceOperation, listPricesOperation } from "../prices/operations.ts";
import { costOf, namesOf } from "../prices/service.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { endSession, listSessionsOperation, recordUsageOperation, startSession } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask } = workIn(runtime);

async function open(model: string | undefined = "gpt-4o-mini") {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org, { title: "Spend" });
  const { session } = await run(startSession, agent, { task: task.id, model });
  const use = (input: Record<string, unknown>, idempotencyKey?: string) =>
    run(
      recordUsageOperation,
      agent,
      { sessionId: session.id, inputTokens: 0, outputTokens: 0, ...input },
      idempotencyKey,
    );
  const countRecords = async () =>
    (await db.execute(sql`select 1 from usage_records where org_id = ${org.orgId}`)).length;
  return { org, agent, task, session, use, countRecords };
}

test("a session tells its tokens and cost in words: 1500 tokens, $0.004", async () => {
  const { org, agent, session, use, task } = await open("claude-sonnet-4-5");
  expect(session).toMatchObject({ status: "ready", name: `#${task.number} Spend`, summary: "0 tokens, $0.00" });
  await use({ inputTokens: 1_000, cacheReadTokens: 450, outputTokens: 50 });
  const ended = await run(endSession, agent, { sessionId: session.id, reason: "done" });
  expect(ended.session).toMatchObject({ status: "stopped", calls: 1, summary: "1500 tokens, $0.003885" });
  const { sessions } = await run(listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id });
  expect(sessions).toMatchObject([{ id: session.id, costMicros: 3_885 }]);
});

test("cost is summed exactly and rounded up once, cache tokens at their own prices", () => {
  const rates = {
    inputMicros: 3_000_000,
    outputMicros: 15_000_000,
    cacheReadMicros: 300_000,
    cacheWriteMicros: 3_750_000,
  };
  const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  expect(costOf(rates, { ...none, cacheReadTokens: 1 })).toBe(1);
  expect(costOf(rates, { ...none, cacheReadTokens: 10 })).toBe(3);
  expect(costOf(rates, { ...none, inputTokens: 1, cacheReadTokens: 1 })).toBe(4);
  expect(
    costOf(rates, {
      inputTokens: 1_000_000,
      outputTokens: 1_000_000,
      cacheReadTokens: 1_000_000,
      cacheWriteTokens: 1_000_000,
    }),
  ).toBe(3_000_000 + 15_000_000 + 300_000 + 3_750_000);
  expect(costOf(rates, { ...none, outputTokens: 100_000_000 })).toBe(1_500_000_000);
});

test("a model is known with its provider before its name and a date behind it", () => {
  expect(namesOf("anthropic/Claude-Sonnet-4-5-20250929")).toContain("claude-sonnet-4-5");
  expect(namesOf("gpt-4o-2024-11-20")).toContain("gpt-4o");
});

test("an unknown model is refused and nothing is recorded; with a price for unknown models it costs that, never $0", async () => {
  const { org, agent, use, countRecords } = await open();
  const unknown = { model: "nobody-knows-1", outputTokens: 1_000 };
  await expect(use(unknown)).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("set_price") });
  expect(await countRecords()).toBe(0);
  const highest = { provider: "any", model: "*", inputMicros: 20_000_000, outputMicros: 90_000_000 };
  await expect(run(setPriceOperation, agent, highest)).rejects.toMatchObject({ code: "forbidden" });
  await expect(run(setPriceOperation, org.owner, { ...highest, outputMicros: 0 })).rejects.toMatchObject({
    code: "invalid",
  });
  await run(setPriceOperation, org.owner, highest);
  expect((await use(unknown)).usage).toMatchObject({ model: "nobody-knows-1", costMicros: 90_000 });
});

test("a price of the organization goes before the bundled one, and what was booked keeps the price of its time", async () => {
  const { org, use } = await open("gpt-5");
  expect((await use({ outputTokens: 1_000 })).usage.costMicros).toBe(10_000);
  const { prices } = await run(setPriceOperation, org.owner, {
    provider: "us",
    model: "GPT-5",
    inputMicros: 1,
    outputMicros: 2_000_000,
  });
  expect(prices.filter(({ model }) => model === "gpt-5")).toMatchObject([{ provider: "us", outputMicros: 2_000_000 }]);
  const { usage, session } = await use({ outputTokens: 1_000 });
  expect([usage.costMicros, session.costMicros]).toEqual([2_000, 12_000]);
  expect((await run(listPricesOperation, org.owner, {})).unknownModels).toBe("refused");
});

test("negative, absurd, empty and made-up usage is refused in plain words, and nothing is recorded", async () => {
  const { use, countRecords, session } = await open();
  const wrong = [
    { outputTokens: -1 },
    { inputTokens: 10 ** 12 },
    { inputTokens: 1.5 },
    { inputTokens: "1" },
    { inputTokens: Number.NaN },
    {},
    { inputTokens: 1, model: "" },
    { inputTokens: 1, costMicros: 0 },
  ];
  for (const input of wrong) await expect(use(input)).rejects.toMatchObject({ code: "invalid" });
  await expect(use({ inputTokens: 1, reservationId: session.id })).rejects.toMatchObject({ code: "not_found" });
  expect(await countRecords()).toBe(0);
});

test("usage after a session ended is refused, and another agent's session is as good as none", async () => {
  const { org, agent, session, use, countRecords } = await open();
  const stranger = await createTestAgent(runtime, org);
  const input = { sessionId: session.id, inputTokens: 1, outputTokens: 1 };
  await expect(run(recordUsageOperation, stranger, input)).rejects.toMatchObject({ code: "not_found" });
  await expect(run(endSession, stranger, { sessionId: session.id })).rejects.toMatchObject({ code: "not_found" });
  await run(endSession, agent, { sessionId: session.id });
  await run(endSession, agent, { sessionId: session.id });
  await expect(use({ inputTokens: 1 })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("has ended"),
  });
  expect(await countRecords()).toBe(0);
});

test("a report that comes twice under one key counts once, also twice at the same moment", async () => {
  const { use, countRecords } = await open();
  const report = { outputTokens: 1_000, key: "call-1" };
  const [first, second] = await Promise.all([use(report), use(report)]);
  expect(second.usage.id).toBe(first.usage.id);
  await expect(use({ ...report, outputTokens: 2_000 })).rejects.toMatchObject({ code: "conflict" });
  const again = await Promise.all([use({ outputTokens: 5 }, "door-key"), use({ outputTokens: 5 }, "door-key")]);
  expect(again[0]?.usage.id).toBe(again[1]?.usage.id);
  expect(await countRecords()).toBe(2);
});
