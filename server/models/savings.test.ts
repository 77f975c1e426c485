import { expect, test } from "vitest";
import { setPriceOperation } from "../prices/operations.ts";
import { recordUsageOperation, startSession } from "../sessions/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { getModelRouting, getModelSavings, setModelRouting } from "./operations.ts";

const { runtime } = await openTestRuntime();
const { run, addTask } = workIn(runtime);

async function spend(org: TestOrg, models: readonly string[]) {
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const { session } = await run(startSession, agent, { task: task.id, model: models[0] });
  const tokens = { inputTokens: 1_000_000, outputTokens: 100_000 };
  for (const model of models) await run(recordUsageOperation, agent, { sessionId: session.id, model, ...tokens });
}
const price = { provider: "us", cacheReadMicros: 0, cacheWriteMicros: 0 };

test("what was saved is the same tokens at the price of the best model, less what they cost; the best itself saves nothing", async () => {
  const org = await createTestOrg(runtime);
  await run(setPriceOperation, org.owner, {
    ...price,
    model: "ours/top",
    inputMicros: 10_000_000,
    outputMicros: 50_000_000,
  });
  await run(setPriceOperation, org.owner, {
    ...price,
    model: "ours/small",
    inputMicros: 1_000_000,
    outputMicros: 5_000_000,
  });
  const { routing } = await run(getModelRouting, org.owner, { teamId: org.teamId });
  await run(setModelRouting, org.owner, {
    ...{ teamId: org.teamId, version: routing.version, routes: routing.routes },
    tiers: { ...routing.tiers, large: ["ours/top", ...routing.tiers.large] },
  });
  expect(await run(getModelSavings, org.owner, { teamId: org.teamId })).toMatchObject({ savedMicros: 0, models: [] });
  await spend(org, ["ours/small", "ours/top", "ollama/llama3.2"]);
  const told = await run(getModelSavings, org.owner, { teamId: org.teamId });
  // $10 + $5 with the best; $1 + $0.50 with the small one; nothing at all with the local one.
  expect(told).toMatchObject({ topModel: "ours/top", costMicros: 16_500_000, savedMicros: 28_500_000 });
  expect(told.topCostMicros).toBe(told.costMicros + told.savedMicros);
  expect(Object.fromEntries(told.models.map(({ model, savedMicros }) => [model, savedMicros]))).toEqual({
    ...{ "ours/top": 0, "ours/small": 13_500_000, "ollama/llama3.2": 15_000_000 },
  });
  const next = await run(getModelSavings, org.owner, { firstDay: "2020-01-01", lastDay: "2020-01-31" });
  expect(next).toMatchObject({ costMicros: 0, savedMicros: 0 });
});

test("savings are of the teams one sees, and of no other organization", async () => {
  const org = await createTestOrg(runtime);
  await spend(org, ["claude-haiku-4-5"]);
  const stranger = await createTestMember(runtime, org, "member");
  expect(await run(getModelSavings, { ...stranger, teams: [] }, {})).toMatchObject({ costMicros: 0, models: [] });
  expect((await run(getModelSavings, org.owner, {})).savedMicros).toBeGreaterThan(0);
  const other = await createTestOrg(runtime);
  await expect(run(getModelSavings, other.owner, { teamId: org.teamId })).rejects.toMatchObject({ code: "not_found" });
  expect((await run(getModelSavings, other.owner, {})).models).toEqual([]);
});
