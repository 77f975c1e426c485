import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { checkFold } from "../audit/fold-check.ts";
import { checkBudgetOperation } from "../budgets/operations.ts";
import type { Actor } from "../context.ts";
import { startSession } from "../sessions/operations.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { findEnding, settlePlan } from "./ending.ts";
import * as operations from "./operations.ts";
import type { PlanDetail } from "./schema.ts";

const { runtime, db, url } = await openTestRuntime();
const { run, bring, claim, read } = workIn(runtime);
const org = await createTestOrg(runtime);
const wanted = "Users can export invoices as CSV. The export can be stopped.";

const begin = async (input: object = {}, actor: Actor = org.owner) =>
  (
    await run(operations.createPlanOperation, actor, {
      teamId: org.teamId,
      requirements: wanted,
      template: "feature",
      ...input,
    })
  ).plan;
const importing = async (tasks: object[], input: object = {}) =>
  (
    await run(operations.importPlanOperation, org.owner, {
      teamId: org.teamId,
      content: JSON.stringify({ tasks }),
      ...input,
    })
  ).plan;
const edit = async (plan: PlanDetail, ...edits: object[]) =>
  (await run(operations.editPlanOperation, org.owner, { planId: plan.id, version: plan.latestVersion, edits })).plan;
const approve = (plan: PlanDetail) =>
  run(operations.approvePlanOperation, org.owner, { planId: plan.id, version: plan.latestVersion });
const get = async (planId: string) => (await run(operations.getPlan, org.owner, { planId })).plan;
const settle = (planId: string) => as(runtime, org.owner, (context) => settlePlan(context, planId));
const titles = (plan: PlanDetail) => plan.draft?.document.tasks.map(({ title }) => title);

test("a sentence becomes a plan from a template, and with the approval tasks with their edges, estimates and criteria", async () => {
  const plan = await begin();
  expect(plan).toMatchObject({
    status: "awaiting_approval",
    title: "Users can export invoices as CSV. The export can be stopped",
    uncovered: [],
  });
  const { tasks } = await approve(plan);
  expect(tasks).toHaveLength(plan.draft?.document.tasks.length ?? -1);
  const [build] = tasks.filter(({ key }) => key === "build-2");
  const task = await read(org.owner, build?.id ?? "");
  expect(task).toMatchObject({ title: "Build: The export can be stopped", status: "todo", openDependencies: 1 });
  const graph = await run(operations.getPlanRun, org.owner, { planId: plan.id });
  expect(graph.edges).toHaveLength(plan.draft?.document.tasks.flatMap(({ dependsOn }) => dependsOn).length ?? -1);
  const [first] = graph.nodes;
  expect(first).toMatchObject({ key: "look", blocks: graph.nodes.length - 1, openDependencies: 0 });
  expect(first?.pathMinutes).toBe(10 + 15 + 25 + 40 + 25 + 25 + 20);
  await expect(approve(plan)).rejects.toMatchObject({ code: "conflict", message: /approved already/ });
});

test("of two that approve at once one does, and the tasks are there once", async () => {
  const plan = await begin();
  const results = await Promise.allSettled([approve(plan), approve(plan), approve(plan)]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await get(plan.id)).tasks).toBe(plan.draft?.document.tasks.length);
});

test("a plan is edited in the draft somebody saw: all edits or none, and a circle is refused naming it", async () => {
  let plan = await importing([{ title: "a" }, { title: "b", dependsOn: [0] }, { title: "c", dependsOn: ["1"] }]);
  plan = await edit(
    plan,
    { do: "add", task: { title: "d", dependsOn: ["t3"] } },
    { do: "retype", key: "t1", type: "bug" },
    { do: "connect", from: "t1", to: "t4" },
  );
  expect(plan.draft?.document.tasks.map(({ key, type, dependsOn }) => [key, type, dependsOn])).toEqual([
    ["t1", "bug", []],
    ["t2", "feature", ["t1"]],
    ["t3", "feature", ["t2"]],
    ["t4", "feature", ["t3", "t1"]],
  ]);
  await expect(
    edit(plan, { do: "edit", key: "t1", changes: { title: "z" } }, { do: "connect", from: "t4", to: "t1" }),
  ).rejects.toMatchObject({
    code: "conflict",
    message: /edits\[1\]: That would close a circle: .*“z” \(t1\)/,
  });
  await expect(edit(plan, { do: "connect", from: "t1", to: "t1" })).rejects.toMatchObject({
    message: /cannot wait for itself/,
  });
  await expect(edit(plan, { do: "remove", key: "t9" })).rejects.toMatchObject({ message: /There is no task t9/ });
  expect(titles(await get(plan.id))).toEqual(["a", "b", "c", "d"]);
  plan = await edit(
    plan,
    { do: "remove", key: "t2" },
    { do: "edit", key: "t1", changes: { title: "first", estimateMinutes: 90 } },
  );
  expect(
    plan.draft?.document.tasks.find(({ key }) => key === "t3")?.dependsOn,
    "what waited for it waits for what it waited for",
  ).toEqual(["t1"]);
  await run(operations.writePlan, org.owner, { planId: plan.id, template: "bug_fix" });
  await expect(edit(plan, { do: "remove", key: "t1" })).rejects.toMatchObject({
    code: "conflict",
    message: /followed by version 2/,
  });
  const { differences } = await run(operations.comparePlanVersions, org.owner, {
    planId: plan.id,
    olderVersion: 1,
    newerVersion: 2,
  });
  expect(differences.filter(({ change }) => change === "removed").map(({ title }) => title)).toEqual([
    "first",
    "c",
    "d",
  ]);
  expect((await get(plan.id)).versions.map(({ version, status }) => [version, status])).toEqual([
    [2, "draft"],
    [1, "superseded"],
  ]);
});

test("approval, and waking a paused plan, are for people; a viewer changes nothing; another organization sees nothing", async () => {
  const plan = await begin();
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  await expect(run(operations.approvePlanOperation, manager, { planId: plan.id, version: 1 })).rejects.toMatchObject({
    code: "forbidden",
  });
  const viewer = await createTestMember(runtime, org, "viewer");
  await expect(run(operations.cancelPlanOperation, viewer, { planId: plan.id })).rejects.toMatchObject({
    code: "forbidden",
  });
  const other = await createTestOrg(runtime);
  const asks = [
    () => run(operations.getPlan, other.owner, { planId: plan.id }),
    () => run(operations.getPlanRun, other.owner, { planId: plan.id }),
    () => run(operations.clonePlanOperation, other.owner, { planId: plan.id }),
    () => run(operations.cancelPlanOperation, other.owner, { planId: plan.id }),
  ];
  for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: "not_found" });
});

test("a plan's own cap holds for the sessions of its tasks, and a plan without money gives no work", async () => {
  const plan = await begin({ budgetMicros: 0 });
  expect(plan.capMicros).toBe(0);
  const { tasks } = await approve(plan);
  const agent = await createTestAgent(runtime, org);
  const [first] = tasks.filter(({ key }) => key === "look");
  await expect(claim(agent, first?.id)).rejects.toMatchObject({ code: "over_budget" });
  const waitsFor = async () => (await read(org.owner, first?.id ?? "")).waitsForResource;
  expect(await waitsFor(), "its card says why").toMatchObject({
    resource: "budget",
    reason: expect.stringContaining("plan is used up"),
  });
  const { session } = await run(startSession, agent, { task: first?.id, model: "gpt-5" });
  const checked = await run(checkBudgetOperation, agent, { sessionId: session.id });
  expect(checked).toMatchObject({ canSpend: false, leftMicros: 0 });
  expect(checked.budgets.map(({ scope }) => scope)).toContain("plan");
  await run(operations.updatePlanOperation, org.owner, { planId: plan.id, budgetMicros: 5_000_000 });
  expect(await waitsFor()).toBe(null);
  expect((await claim(agent, first?.id))?.task.number).toBe(first?.number);
  await run(operations.cancelPlanOperation, org.owner, { planId: plan.id });
});

test("a paused plan gives nothing; external and auto plans only to their kind of agents", async () => {
  const crew = await createTestOrg(runtime);
  const make = async (mode: string) => {
    const { plan } = await run(operations.importPlanOperation, crew.owner, {
      teamId: crew.teamId,
      content: JSON.stringify({ tasks: [{ title: mode }] }),
    });
    await run(operations.updatePlanOperation, crew.owner, { planId: plan.id, mode });
    const { tasks } = await run(operations.approvePlanOperation, crew.owner, { planId: plan.id, version: 1 });
    return { planId: plan.id, taskId: tasks[0]?.id ?? "" };
  };
  const [auto, external] = [await make("auto"), await make("external")];
  const [outside, inside] = [
    await createTestAgent(runtime, crew, { runtime: "external" }),
    await createTestAgent(runtime, crew),
  ];
  await expect(claim(outside, auto.taskId)).rejects.toMatchObject({ code: "conflict", message: /plan/ });
  await expect(claim(inside, external.taskId)).rejects.toMatchObject({ code: "conflict", message: /plan/ });
  await run(operations.pausePlanOperation, crew.owner, { planId: auto.planId });
  await expect(claim(inside, auto.taskId)).rejects.toMatchObject({ code: "conflict", message: /paused/ });
  expect((await read(crew.owner, auto.taskId)).waitsForResource).toMatchObject({ resource: "plan" });
  await run(operations.resumePlanOperation, crew.owner, { planId: auto.planId });
  expect((await claim(inside))?.task.id).toBe(auto.taskId);
  expect((await claim(outside))?.task.id).toBe(external.taskId);
});

test("a plan is completed with its last task, and failed with the reason when something can never start", async () => {
  const plan = await importing([
    { title: "root" },
    { title: "middle", dependsOn: [0] },
    { title: "leaf", dependsOn: [1] },
    { title: "alone" },
  ]);
  const { tasks } = await approve(plan);
  const id = (key: string) => tasks.find((task) => task.key === key)?.id ?? "";
  await bring(org.owner, id("t1"), "failed");
  await settle(plan.id);
  expect((await get(plan.id)).status, "one can still start").toBe("executing");
  await bring(org.owner, id("t4"), "done");
  const ending = await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return findEnding({ tx } as Parameters<typeof findEnding>[0]);
  });
  expect(ending.map(({ planId }) => planId)).toContain(plan.id);
  await settle(plan.id);
  const failed = await get(plan.id);
  expect(failed).toMatchObject({
    status: "failed",
    reason: expect.stringMatching(/1 task has failed; 2 can never start: #\d+ waits for #\d+ “root”, which failed/),
  });
  const retried = await run(operations.retryPlanTasks, org.owner, { planId: plan.id });
  expect([retried.plan.status, retried.changed.length]).toEqual(["executing", 1]);
  for (const key of ["t1", "t2", "t3"]) await bring(org.owner, id(key), "done");
  await settle(plan.id);
  expect(await get(plan.id)).toMatchObject({ status: "completed", tasks: 4, done: 4 });
});

test("cancelling a plan cancels what is not over and stops whoever works on it", async () => {
  const plan = await importing([{ title: "one" }, { title: "two" }, { title: "three", dependsOn: [0] }]);
  const { tasks } = await approve(plan);
  await bring(org.owner, tasks[0]?.id ?? "", "done");
  await run(operations.cancelPlanOperation, org.owner, { planId: plan.id, reason: "no longer wanted" });
  const { nodes } = await run(operations.getPlanRun, org.owner, { planId: plan.id });
  expect(nodes.map(({ status }) => status)).toEqual(["done", "cancelled", "cancelled"]);
  await expect(run(operations.resumePlanOperation, org.owner, { planId: plan.id })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("export, import and clone bring the same tasks again", async () => {
  const plan = await begin({ template: "migration" });
  for (const format of ["json", "markdown"]) {
    const { content } = await run(operations.exportPlanOperation, org.owner, { planId: plan.id, format });
    const { plan: again } = await run(operations.importPlanOperation, org.owner, {
      teamId: org.teamId,
      format,
      content,
    });
    expect(again).toMatchObject({ title: plan.title, requirements: wanted, status: "awaiting_approval" });
    expect(again.draft?.document).toEqual(plan.draft?.document);
  }
  const { plan: clone } = await run(operations.clonePlanOperation, org.owner, { planId: plan.id });
  expect(clone.draft?.document).toEqual(plan.draft?.document);
  await expect(importing([{ title: "a", dependsOn: ["nowhere"] }])).rejects.toMatchObject({
    code: "invalid",
    message: /tasks\[0\]\.dependsOn/,
  });
});

test("a plan of 1000 tasks is approved with as many statements as one of 3", async () => {
  const tasks = Array.from({ length: 1_000 }, (_, place) => ({
    title: `Task ${place}`,
    dependsOn: place < 10 ? [] : [place - 10, place - 7],
  }));
  const plan = await importing(tasks);
  const { tasks: made } = await approve(plan);
  expect(made).toHaveLength(1_000);
  const { nodes, edges } = await run(operations.getPlanRun, org.owner, { planId: plan.id });
  expect([nodes.length, edges.length]).toEqual([1_000, 1_980]);
  expect(nodes[0]?.pathMinutes).toBeGreaterThan(30 * 100);
  await run(operations.cancelPlanOperation, org.owner, { planId: plan.id });
});

test("a model writes at most 5 plans a minute for one person", async () => {
  const busy = await createTestMember(runtime, org, "admin", "Bea");
  const refused: unknown[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const plan = await begin({ template: undefined }, busy);
    await run(operations.writePlan, busy, { planId: plan.id }).catch((error: unknown) => refused.push(error));
  }
  expect(refused).toMatchObject([{ code: "rate_limited" }]);
});

test("after all of that every table is the fold of the events", async () => {
  expect((await checkFold(url)).faults).toEqual([]);
});
