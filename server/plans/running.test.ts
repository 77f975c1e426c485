import { expect, test } from "vitest";
import { checkFold } from "../audit/fold-check.ts";
import { chooseIdle, findOffers } from "../dispatch/offers.ts";
import { listWaitingOperation, respondToRequest, respondToRequests } from "../human-requests/operations.ts";
import { submitTaskResult } from "../reviews/operations.ts";
import { createTask } from "../tasks/operations.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { countDeadlocks, workIn } from "../test/work.ts";
import { settlePlan } from "./ending.ts";
import * as operations from "./operations.ts";

const { runtime, url } = await openTestRuntime();
const { run, bring, claim, read, move } = workIn(runtime);

async function approved(org: TestOrg, tasks: object[], input: object = {}) {
  const content = JSON.stringify({ tasks });
  const { plan } = await run(operations.importPlanOperation, org.owner, { teamId: org.teamId, content });
  if (Object.keys(input).length > 0)
    await run(operations.updatePlanOperation, org.owner, { planId: plan.id, ...input });
  const made = await run(operations.approvePlanOperation, org.owner, { planId: plan.id, version: 1 });
  const idOf = (key: string) => made.tasks.find((task) => task.key === key)?.id ?? "";
  return { planId: plan.id, idOf };
}
const settle = (org: TestOrg, planId: string) => as(runtime, org.owner, (context) => settlePlan(context, planId));
const questions = async (org: TestOrg) =>
  (await run(listWaitingOperation, org.owner, {})).items.flatMap(({ request }) => request ?? []);
const statusOf = async (org: TestOrg, planId: string) =>
  (await run(operations.getPlan, org.owner, { planId })).plan.status;

test("a plan that failed stands in the inbox with the reason, and goes on by the answer, as often as it fails", async () => {
  const org = await createTestOrg(runtime);
  const { planId, idOf } = await approved(org, [{ title: "root" }, { title: "leaf", dependsOn: [0] }]);
  const fail = async () => {
    await bring(org.owner, idOf("t1"), "failed");
    await settle(org, planId);
    await settle(org, planId);
    return (await questions(org)).filter(({ title }) => title.includes("failed"));
  };
  const [asked, ...more] = await fail();
  expect(more).toEqual([]);
  expect(asked).toMatchObject({ kind: "checkpoint", title: expect.stringMatching(/^Plan \d+ “.+” failed$/) });
  expect(asked?.detail).toMatch(/1 task has failed; 1 can never start/);
  await run(respondToRequest, org.owner, { request: asked?.id, answer: { decision: "retry" } });
  expect([await statusOf(org, planId), (await read(org.owner, idOf("t1"))).status]).toEqual(["executing", "todo"]);
  const [again] = await fail();
  expect(again?.id).not.toBe(asked?.id);
  // Somebody retries on the page instead: nobody need answer any more.
  await run(operations.retryPlanTasks, org.owner, { planId, keys: ["t1"] });
  expect(await questions(org)).toEqual([]);
  const [last] = await fail();
  await run(respondToRequest, org.owner, { request: last?.id, answer: { decision: "cancel" } });
  expect([await statusOf(org, planId), (await read(org.owner, idOf("t2"))).status]).toEqual(["cancelled", "cancelled"]);
});

test("an answer for a plan and a retry on its page at the same moment wait for each other in one order", async () => {
  const org = await createTestOrg(runtime);
  const { planId, idOf } = await approved(org, [{ title: "root" }, { title: "leaf", dependsOn: [0] }]);
  const before = await countDeadlocks(runtime.db);
  for (let round = 0; round < 8; round++) {
    await bring(org.owner, idOf("t1"), "failed");
    await settle(org, planId);
    const request = (await questions(org))[0]?.id;
    const answer = { decision: "retry" };
    const outcomes = await Promise.allSettled([
      run(respondToRequest, org.owner, { request, answer }),
      run(operations.retryPlanTasks, org.owner, { planId }),
      run(respondToRequests, org.owner, { answers: [{ request, answer }] }),
    ]);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    expect([await statusOf(org, planId), (await questions(org)).length]).toEqual(["executing", 0]);
  }
  expect(await countDeadlocks(runtime.db)).toBe(before);
});

test("only chosen tasks are tried again", async () => {
  const org = await createTestOrg(runtime);
  const { planId, idOf } = await approved(org, [{ title: "one" }, { title: "two" }, { title: "three" }]);
  for (const key of ["t1", "t2"]) await bring(org.owner, idOf(key), "failed");
  const { changed } = await run(operations.retryPlanTasks, org.owner, { planId, keys: ["t2"] });
  expect(changed).toEqual([(await read(org.owner, idOf("t2"))).number]);
  expect((await read(org.owner, idOf("t1"))).status).toBe("failed");
});

test("nobody is sent for tasks of a paused plan, nor for those of another mode", async () => {
  const org = await createTestOrg(runtime);
  const [outside, inside] = [
    await createTestAgent(runtime, org, { runtime: "external" }),
    await createTestAgent(runtime, org, { runtime: "model" }),
  ];
  const line = [outside, inside].map(({ id }) => ({
    orgId: org.orgId,
    teamId: org.teamId,
    agentId: id,
    reviews: false,
  }));
  const sent = async () =>
    as(runtime, org.owner, async ({ tx }) =>
      chooseIdle(line, await findOffers(tx, line)).map(({ agentId }) =>
        agentId === outside.id ? "external" : "model",
      ),
    );
  const { planId } = await approved(org, [{ title: "one" }, { title: "two" }], { mode: "external" });
  expect(await sent()).toEqual(["external"]);
  await run(operations.updatePlanOperation, org.owner, { planId, mode: "auto" });
  expect(await sent()).toEqual(["model"]);
  await run(operations.updatePlanOperation, org.owner, { planId, mode: "hybrid" });
  expect(await sent()).toEqual(["external", "model"]);
  await run(operations.pausePlanOperation, org.owner, { planId });
  expect(await sent()).toEqual([]);
  await run(operations.resumePlanOperation, org.owner, { planId });
  expect(await sent()).toEqual(["external", "model"]);
});

test("what is cancelled is no part of a chain: what led to it alone is not urgent any more", async () => {
  const org = await createTestOrg(runtime);
  const { planId, idOf } = await approved(org, [
    { title: "one", estimateMinutes: 10 },
    { title: "two", estimateMinutes: 20, dependsOn: [0] },
    { title: "three", estimateMinutes: 400, dependsOn: [1] },
    { title: "four", estimateMinutes: 5, dependsOn: [0] },
  ]);
  const paths = async () =>
    (await run(operations.getPlanRun, org.owner, { planId })).nodes.map(({ pathMinutes }) => pathMinutes);
  expect(await paths()).toEqual([430, 420, 400, 5]);
  await run(operations.cancelPlanTasks, org.owner, { planId, keys: ["t3"] });
  expect(await paths()).toEqual([30, 20, 400, 5]);
  await bring(org.owner, idOf("t2"), "cancelled");
  expect((await paths())[0], "moved by hand, without the plan").toBe(15);
});

test("the result of a task without a repository is kept for those that wait for it; with criteria it is judged first", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "external" });
  const { idOf } = await approved(org, [
    { title: "one" },
    { title: "two", dependsOn: [0], acceptanceCriteria: ["It names the port."] },
  ]);
  const submit = (task: string, result: string) => run(submitTaskResult, agent, { task, result });
  await expect(submit(idOf("t1"), "4000")).rejects.toMatchObject({ code: "conflict" });
  await claim(agent, idOf("t1"));
  expect((await submit(idOf("t1"), "The port is 4000.")).task.status).toBe("done");
  const next = await claim(agent);
  expect(next?.task).toMatchObject({ id: idOf("t2"), dependsOn: [{ status: "done" }] });
  expect((await submit(idOf("t2"), "4000")).task).toMatchObject({
    status: "in_review",
    review: { verdict: "pending" },
  });
  expect((await read(org.owner, idOf("t1"))).output).toMatchObject({ text: "The port is 4000.", by: { id: agent.id } });
  // Outside of a plan somebody looks at it too.
  const { task } = await run(createTask, org.owner, { teamId: org.teamId, title: "alone" });
  await claim(agent, task.id);
  expect((await submit(task.id, "done")).task.status).toBe("in_review");
  await move(org.owner, task.id, "todo");
});

test("after all of that every table is the fold of the events", async () => {
  expect((await checkFold(url)).faults).toEqual([]);
});
