import { expect, test } from "vitest";
import { checkFold } from "../audit/fold-check.ts";
import { updateTask } from "../tasks/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";
import type { PlanDetail } from "./schema.ts";

const { runtime, url } = await openTestRuntime();
const { run, claim, move, read } = workIn(runtime);
const org = await createTestOrg(runtime);

/** a → b → c → d, approved; `a` is done and `b` is being worked on. */
async function runningPlan() {
  const tasks = ["a", "b", "c", "d"].map((title, place) => ({
    title,
    key: title,
    dependsOn: place > 0 ? [place - 1] : [],
  }));
  const { plan } = await run(operations.importPlanOperation, org.owner, {
    teamId: org.teamId,
    content: JSON.stringify({ tasks }),
  });
  const made = await run(operations.approvePlanOperation, org.owner, { planId: plan.id, version: 1 });
  const ids = Object.fromEntries(made.tasks.map(({ key, id }) => [key, id]));
  const agent = await createTestAgent(runtime, org);
  await claim(agent, ids.a);
  await move(agent, ids.a ?? "", "in_review");
  await move(org.owner, ids.a ?? "", "done");
  await claim(agent, ids.b);
  return { planId: plan.id, ids, agent };
}
const revise = async (planId: string) => (await run(operations.revisePlanOperation, org.owner, { planId })).plan;
const edit = async (plan: PlanDetail, ...edits: object[]) =>
  (await run(operations.editPlanOperation, org.owner, { planId: plan.id, version: plan.latestVersion, edits })).plan;
const approve = ({ id: planId, latestVersion: version }: PlanDetail) =>
  run(operations.approvePlanOperation, org.owner, { planId, version });
const nodesOf = async (planId: string) => {
  const { nodes, edges } = await run(operations.getPlanRun, org.owner, { planId });
  const keys = new Map(nodes.map(({ id, key }) => [id, key]));
  return {
    statuses: Object.fromEntries(nodes.map(({ key, status }) => [key, status])),
    edges: edges.map(({ from, to }) => `${keys.get(from)}→${keys.get(to)}`).toSorted(),
  };
};

test("a running plan is revised: what is done and begun stays, what waits is changed, added, removed, all with the approval", async () => {
  const { planId, ids } = await runningPlan();
  let plan = await revise(planId);
  expect(plan).toMatchObject({ status: "executing", latestVersion: 3, approvedVersion: 1 });
  expect(plan.revision).toEqual({ baseVersion: 2, fixed: ["a", "b"], differences: [] });
  plan = await edit(
    plan,
    { do: "remove", key: "c" },
    { do: "edit", key: "d", changes: { title: "d, better", estimateMinutes: 90 } },
    { do: "add", task: { title: "e", key: "e", dependsOn: ["a"] } },
    { do: "connect", from: "e", to: "d" },
  );
  expect(plan.revision?.differences.map(({ key, change }) => [key, change])).toEqual([
    ["d", "changed"],
    ["e", "added"],
    ["c", "removed"],
  ]);
  expect(await nodesOf(planId), "nothing happens before the approval").toMatchObject({ statuses: { c: "todo" } });
  const { tasks } = await approve(plan);
  expect(tasks.map(({ key }) => key)).toEqual(["e"]);
  expect(await nodesOf(planId)).toEqual({
    statuses: { a: "done", b: "in_progress", c: "cancelled", d: "todo", e: "todo" },
    edges: ["a→b", "a→e", "b→c", "b→d", "e→d"],
  });
  const [d, e] = [await read(org.owner, ids.d ?? ""), await read(org.owner, tasks[0]?.id ?? "")];
  expect(d).toMatchObject({ title: "d, better", openDependencies: 2 });
  const { nodes } = await run(operations.getPlanRun, org.owner, { planId });
  expect(nodes.find(({ key }) => key === "d")).toMatchObject({ estimateMinutes: 90, pathMinutes: 90 });
  expect(nodes.find(({ key }) => key === "e")?.pathMinutes, "what leads to it is as long with it").toBe(120);
  expect(e).toMatchObject({ openDependencies: 0, status: "todo" });
  plan = (await run(operations.getPlan, org.owner, { planId })).plan;
  expect(plan).toMatchObject({ approvedVersion: 3, revision: null, status: "executing" });
  expect(plan.versions.map(({ status }) => status)).toEqual(["approved", "superseded", "superseded"]);
});

test("a draft that is discarded changes nothing, cannot be approved any more, and another can follow", async () => {
  const { planId } = await runningPlan();
  const before = await nodesOf(planId);
  const discard = () => run(operations.discardPlanRevision, org.owner, { planId });
  const draft = await edit(await revise(planId), { do: "remove", key: "d" });
  const { plan } = await discard();
  expect(plan).toMatchObject({ status: "executing", latestVersion: 4, approvedVersion: 4, revision: null });
  expect(plan.versions.map(({ status }) => status)).toEqual(["approved", "superseded", "superseded", "superseded"]);
  expect(plan.draft?.document.tasks.map(({ key }) => key)).toEqual(["a", "b", "c", "d"]);
  await expect(approve(draft)).rejects.toMatchObject({ code: "conflict" });
  expect((await discard()).plan.latestVersion, "again it does nothing").toBe(4);
  expect(await nodesOf(planId)).toEqual(before);
  await approve(await edit(await revise(planId), { do: "remove", key: "d" }));
  expect(await nodesOf(planId)).toMatchObject({ statuses: { d: "cancelled" } });
});

test("what was begun is not edited, and no key comes back that a cancelled task had", async () => {
  const { planId } = await runningPlan();
  let plan = await edit(await revise(planId), { do: "remove", key: "d" });
  await approve(plan);
  plan = await revise(planId);
  for (const wrong of [
    { do: "edit", key: "b", changes: { title: "x" } },
    { do: "remove", key: "a" },
    { do: "connect", from: "c", to: "b" },
    { do: "add", task: { title: "d again", key: "d" } },
  ])
    await expect(edit(plan, wrong), wrong.do).rejects.toMatchObject({ code: "conflict" });
  await expect(approve(plan)).rejects.toMatchObject({ message: /changes nothing/ });
});

test("what was begun or changed on the board meanwhile is not overwritten: the approval is refused whole, and says by what", async () => {
  const { planId, ids, agent } = await runningPlan();
  const draft = await edit(
    await revise(planId),
    { do: "edit", key: "c", changes: { title: "c, better" } },
    { do: "edit", key: "d", changes: { description: "More." } },
  );
  await run(updateTask, org.owner, { task: ids.d, title: "d, by hand" });
  await run(updateTask, org.owner, { task: ids.c, title: "c, by hand" });
  await expect(approve(draft)).rejects.toMatchObject({ code: "conflict", message: /title of #\d+ was changed/ });
  expect(await read(org.owner, ids.d ?? "")).toMatchObject({ title: "d, by hand", description: "" });
  const again = await edit(await revise(planId), { do: "remove", key: "c" });
  await move(agent, ids.b ?? "", "in_review");
  await move(org.owner, ids.b ?? "", "done");
  await claim(agent, ids.c);
  await expect(approve(again)).rejects.toMatchObject({ code: "conflict", message: /in progress meanwhile and stays/ });
  expect(await nodesOf(planId)).toMatchObject({ statuses: { c: "in_progress" } });
});

test("of a revision approved twice at once one counts; while claims race it, no task is both cancelled and worked on", async () => {
  const { planId, ids, agent } = await runningPlan();
  await move(agent, ids.b ?? "", "in_review");
  await move(org.owner, ids.b ?? "", "done");
  const draft = await edit(
    await revise(planId),
    { do: "remove", key: "c" },
    { do: "add", task: { title: "e", key: "e", dependsOn: ["b"] } },
  );
  const other = await createTestAgent(runtime, org);
  const [first, second, claimed] = await Promise.allSettled([approve(draft), approve(draft), claim(other, ids.c)]);
  const approvals = [first, second].filter(({ status }) => status === "fulfilled").length;
  const isClaimed = claimed.status === "fulfilled" && claimed.value !== null;
  const { statuses } = await nodesOf(planId);
  expect([approvals, statuses.c, statuses.e]).toEqual(
    isClaimed ? [0, "in_progress", undefined] : [1, "cancelled", "todo"],
  );
  expect((await checkFold(url)).faults).toEqual([]);
});

test("a plan that is over, or not approved, is not revised", async () => {
  const { plan } = await run(operations.createPlanOperation, org.owner, {
    ...{ teamId: org.teamId, template: "feature", requirements: "Export." },
  });
  await expect(revise(plan.id)).rejects.toMatchObject({ code: "conflict", message: /not approved yet/ });
  await approve(plan);
  await run(operations.cancelPlanOperation, org.owner, { planId: plan.id });
  await expect(revise(plan.id)).rejects.toMatchObject({ code: "conflict", message: /Clone it/ });
});
