import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { cancelPlanWriting, createPlanOperation, getPlan, writePlan } from "#server/plans/operations.ts";
import { createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { writePlans } from "./writer.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());
const log = { error: vi.fn<() => void>() };
const work = () => writePlans(runtime, { log, signal: new AbortController().signal });

/** A plan whose writing was asked of a model that stands in for a real one. */
async function ask(model = "ollama/llama3.2") {
  const org = await createTestOrg(runtime);
  await run(saveCredentialOperation, org.owner, {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k-1234" },
  });
  await run(saveCredentialOperation, org.owner, {
    api: "ollama",
    provider: "ollama",
    baseUrl: lab.urls.ollama,
    key: "k-1234",
  });
  const { plan } = await run(createPlanOperation, org.owner, {
    teamId: org.teamId,
    requirements: "Export invoices. Stop an export.",
  });
  await run(writePlan, org.owner, { planId: plan.id, model });
  return { org, planId: plan.id, read: async () => (await run(getPlan, org.owner, { planId: plan.id })).plan };
}
const good = JSON.stringify({
  summary: "ok",
  tasks: [
    { title: "a", covers: [1] },
    { title: "b", dependsOn: ["0"], covers: [2] },
  ],
});
const circle = JSON.stringify({
  tasks: [
    { title: "a", dependsOn: [1] },
    { title: "b", dependsOn: [0] },
  ],
});

test("a model's plan with a circle is mended once by the model, with the faults, and waits for approval", async () => {
  const { read } = await ask();
  const seen: string[][] = [];
  lab.answerWith(({ texts }) => {
    seen.push(texts);
    return { text: seen.length === 1 ? circle : `\`\`\`json\n${good}\n\`\`\`` };
  });
  await work();
  const plan = await read();
  expect(plan).toMatchObject({
    status: "awaiting_approval",
    uncovered: [],
    writing: { error: null, isRunning: false },
  });
  expect(plan.versions).toMatchObject([{ source: "model", writtenWith: "ollama/llama3.2" }]);
  expect(seen).toHaveLength(2);
  expect(seen[1]?.join("\n")).toContain("wait for each other in a circle");
});

test("what the model cannot mend is refused with the faults, and a draft stays a draft", async () => {
  const { read } = await ask();
  lab.answerWith(() => ({ text: "I would rather write a poem." }));
  await work();
  const plan = await read();
  expect(plan).toMatchObject({ status: "draft", latestVersion: 0 });
  expect(plan.writing?.error).toMatch(/could not mend it.*not JSON/);
});

const many = JSON.stringify({ tasks: Array.from({ length: 10_000 }, () => ({ title: "x" })) });
test.for([
  ["cut in the middle", good.slice(0, -20), /breaks off|not JSON/],
  ["waiting for itself", JSON.stringify({ tasks: [{ title: "a", dependsOn: [0] }] }), /cannot wait for itself/],
  [
    "waiting for nothing that is there",
    JSON.stringify({ tasks: [{ title: "a", dependsOn: [7] }] }),
    /no task at place 7/,
  ],
  ["of 10,000 tasks", many, /at most 1000 tasks/],
] as const)(
  "a plan that is %s twice is refused, the draft is as it was, and both answers are paid",
  async ([, text, fault]) => {
    const { org, read } = await ask("anthropic/claude-sonnet-5-5");
    lab.answerWith(() => ({ text, usage: { input: 1_000, output: 100 }, pieceLength: 4_096 }));
    await work();
    const plan = await read();
    expect(plan).toMatchObject({ status: "draft", latestVersion: 0, writing: { isRunning: false } });
    expect(plan.writing?.error).toMatch(fault);
    // Sonnet: 2 a token in, 10 out.
    const [money] =
      await db.execute(sql`select (select sum(cost_micros)::int from usage_records where org_id = ${org.orgId}) as used,
    (select count(*)::int from reservations where org_id = ${org.orgId} and status = 'open') as open`);
    expect(money).toEqual({ used: 2 * 3_000, open: 0 });
  },
);

test("somebody stops the writing: the model is left within seconds and nothing comes of it", async () => {
  const { org, planId, read } = await ask();
  lab.answerWith(() => ({ text: good, pieceDelayMs: 500 }));
  const working = work();
  await vi.waitFor(async () => expect((await read()).writing?.progress).toMatch(/Asking|Writing/), { timeout: 10_000 });
  await run(cancelPlanWriting, org.owner, { planId });
  await working;
  expect(await read()).toMatchObject({
    status: "draft",
    latestVersion: 0,
    writing: { isRunning: false, progress: "Stopped" },
  });
  expect(log.error).not.toHaveBeenCalled();
});
