import { expect, test } from "vitest";
import { agentPermissions } from "../permissions.ts";
import { type Actor, type Context, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { listWaitingOperation } from "../human-requests/operations.ts";
import type { TemplateName } from "../plans/document.ts";
import { settlePlan } from "../plans/ending.ts";
import { approvePlanOperation, createPlanOperation, getPlan } from "../plans/operations.ts";
import { listReposOperation, registerRepo } from "../repos/operations.ts";
import { requestReviewOperation } from "../reviews/operations.ts";
import { claimReviews } from "../reviews/service.ts";
import { listTasks } from "../tasks/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { as } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { leadCrew, takeCrew } from "./jobs.ts";
import { callSampleCrew, getSampleCrew, sendSampleCrewHome, startSample } from "./operations.ts";
import { crewOf } from "./service.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, move } = workIn(runtime);

/** A plan of a team, with the crew called to it, approved. */
async function calledTo(
  org: TestOrg,
  requirements = "Users can export their invoices as CSV.",
  template: TemplateName | "fitting" = "fitting",
) {
  const { plan } = await run(createPlanOperation, org.owner, {
    ...{ teamId: org.teamId, requirements, template },
  });
  await run(callSampleCrew, org.owner, { planId: plan.id });
  await run(approvePlanOperation, org.owner, { planId: plan.id, version: 1 });
  return plan.id;
}
const asSystem = <Result>(org: TestOrg, work: (context: Context) => Promise<Result>) =>
  as(runtime, { ...org.owner, kind: "system", id: "crew", role: "system" }, work);
const members = (org: TestOrg) => as(runtime, org.owner, (context) => crewOf(context, org.teamId));
async function memberOf(org: TestOrg, role: "engineer" | "reviewer"): Promise<Actor> {
  const member = (await members(org)).find((one) => one.role === role);
  if (!member) throw new Error("there is no crew");
  const agent = { teamId: org.teamId, role, runtime: "scripted" as const };
  const permissions = new Set(agentPermissions[role]);
  return {
    kind: "agent",
    id: member.id,
    name: member.name,
    orgId: org.orgId,
    role,
    permissions,
    teams: [org.teamId],
    agent,
  };
}
async function take(planId: string) {
  const options = { requestId: "test", system: true };
  const crew = await inTransaction(runtime, systemActor("", "crews"), options, takeCrew);
  expect(crew?.planId).toBe(planId);
  if (!crew) throw new Error("no crew waits");
  return crew;
}

test("the crew is given its plan's ready tasks, one each, and nothing that is not of the plan", async () => {
  const org = await createTestOrg(runtime);
  const mine = await addTask(org, { title: "Somebody's real work" });
  const planId = await calledTo(org);
  const engineer = await memberOf(org, "engineer");
  expect(await claim(engineer), "neither the real task nor one of the plan").toBeNull();
  expect(await asSystem(org, async (context) => leadCrew(context, await take(planId)))).toBe(true);
  const { tasks } = await run(listTasks, org.owner, { teamId: org.teamId });
  const given = tasks.filter(({ assignee }) => assignee?.name.startsWith("sample-"));
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({ openDependencies: 0, status: "todo" });
  expect(tasks.find(({ id }) => id === mine.id)?.assignee).toBeNull();
  await run(sendSampleCrewHome, org.owner, { planId });
});

test.each(["bug_fix", "refactor", "migration"] as const)(
  "a sentence planned by the template %s is led to its end by the crew: each task once, none before what it waits for",
  async (template) => {
    const org = await createTestOrg(runtime);
    const planId = await calledTo(org, "The export loses its last line. It must not.", template);
    const crew = await take(planId);
    const engineers = (await members(org)).filter(({ role }) => role === "engineer");
    const { draft } = (await run(getPlan, org.owner, { planId })).plan;
    const done: string[] = [];
    // What its processes do over MCP, without them: take what was given, hand it in.
    for (let round = 0; round < 60 && (await asSystem(org, (context) => leadCrew(context, crew))); round++)
      for (const { id, name } of engineers) {
        const engineer = { ...(await memberOf(org, "engineer")), id, name };
        const claimed = await claim(engineer);
        if (!claimed) continue;
        await move(engineer, claimed.task.id, "in_review");
        await move(org.owner, claimed.task.id, "done");
        done.push(claimed.task.title);
        await as(runtime, org.owner, (context) => settlePlan(context, planId));
      }
    const planned = draft?.document.tasks ?? [];
    expect(done.toSorted()).toEqual(planned.map(({ title }) => title).toSorted());
    const titles = new Map(planned.map(({ key, title }) => [key, title]));
    for (const { title, dependsOn } of planned)
      for (const key of dependsOn) expect(done.indexOf(titles.get(key) ?? "")).toBeLessThan(done.indexOf(title));
    expect((await run(getPlan, org.owner, { planId })).plan).toMatchObject({ status: "completed", uncovered: [] });
  },
);

test("the crew's reviewer gets no review of anybody else's work, and people keep it in their inbox", async () => {
  const org = await createTestOrg(runtime);
  const planId = await calledTo(org);
  const [other, reviewer] = [await createTestAgent(runtime, org), await memberOf(org, "reviewer")];
  const task = await addTask(org, { title: "Real work" });
  await claim(other, task.id);
  await run(requestReviewOperation, other, { task: task.id, summary: "Done." });
  const seeker = { orgId: org.orgId, teamId: org.teamId, agentId: reviewer.id, max: 5 };
  expect(await as(runtime, reviewer, (context) => claimReviews(context, [seeker]))).toEqual([]);
  const { items } = await run(listWaitingOperation, org.owner, {});
  expect(items.map(({ decision }) => decision?.task.title)).toContain("Real work");
  await run(sendSampleCrewHome, org.owner, { planId });
});

test("sent home, the crew leaves what it was to do to the team, and may be called again", async () => {
  const org = await createTestOrg(runtime);
  const planId = await calledTo(org);
  const crew = await take(planId);
  await asSystem(org, (context) => leadCrew(context, crew));
  await run(sendSampleCrewHome, org.owner, { planId });
  const { tasks } = await run(listTasks, org.owner, { teamId: org.teamId });
  expect(tasks.filter(({ assignee }) => assignee)).toEqual([]);
  expect(await asSystem(org, (context) => leadCrew(context, crew)), "its worker hears of it").toBe(false);
  expect((await run(getSampleCrew, org.owner, { planId })).crew).toMatchObject({ state: "home", refusal: null });
  await run(callSampleCrew, org.owner, { planId });
  expect((await run(getSampleCrew, org.owner, { planId })).crew.state).toBe("waiting");
  expect(await members(org), "the same four").toHaveLength(4);
  await run(sendSampleCrewHome, org.owner, { planId });
});

test("a plan without a repository gets one of its own; one for real work is refused to the crew", async () => {
  const org = await createTestOrg(runtime);
  const planId = await calledTo(org);
  const { plan } = await run(getPlan, org.owner, { planId });
  const { repos } = await run(listReposOperation, org.owner, { teamId: org.teamId });
  expect(repos).toMatchObject([{ id: plan.repoId, source: "demonstration", gateCommand: "node check.mjs" }]);
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "shop" });
  const real = await run(createPlanOperation, org.owner, {
    ...{ teamId: org.teamId, requirements: "Sell more.", template: "feature", repoId: repo.id },
  });
  await expect(run(callSampleCrew, org.owner, { planId: real.plan.id })).rejects.toThrow(/shop is for real work/);
  await run(sendSampleCrewHome, org.owner, { planId });
});

test("the sample is one plan that waits for approval, however often it is asked for", async () => {
  const org = await createTestOrg(runtime);
  const [one, two] = await Promise.all([run(startSample, org.owner, {}), run(startSample, org.owner, {})]);
  expect(two).toEqual(one);
  const { plan } = await run(getPlan, org.owner, { planId: one.planId });
  expect(plan).toMatchObject({ status: "awaiting_approval", uncovered: [] });
  expect(plan.draft?.document.tasks).toHaveLength(9);
});
