import { describe, expect, it } from "vitest";
import { listLearnings, recordLearning, removeLearning } from "#server/learnings/operations.ts";
import { learnedFrom } from "#server/learnings/rules.ts";
import { learnByRules } from "#server/learnings/service.ts";
import { findTask } from "#server/tasks/finding.ts";
import { as, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { updateTeamSettings } from "#server/team-settings/operations.ts";
import { adjustContextOperation, previewContext, saveContextOperation } from "./operations.ts";

const { runtime } = await openTestRuntime();
const { run, addTask } = workIn(runtime);

async function prepared() {
  const org = await createTestOrg(runtime);
  const before = await addTask(org, { title: "Design the login" });
  const task = await addTask(org, {
    title: "Build the login page",
    description: "With a form.",
    dependsOn: [before.id],
  });
  await run(saveContextOperation, org.owner, {
    task: before.id,
    body: "Decision: cookies, no tokens in the browser.\nThe rest is easy.",
  });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, conventions: "Two spaces." });
  const learn = async (body: string, kind = "gotcha") =>
    (await run(recordLearning, org.owner, { task: before.id, kind, body })).learning;
  return { org, before, task, learn };
}

describe("what an agent will see", () => {
  it("has the task, what the tasks before left, what they taught, and why each is there", async () => {
    const { org, before, task, learn } = await prepared();
    await learn("The login page is cached at night.");
    const seen = await run(previewContext, org.owner, { task: task.id });
    expect(seen.sections.map(({ key, title }) => [key.split(":")[0], title])).toEqual([
      ["task", "The task"],
      ["conventions", "Conventions"],
      ["result", `Result of #${before.number} Design the login`],
      ["learning", "Gotcha"],
    ]);
    expect(seen.sections.at(-1)?.why).toBe(`Learned on #${before.number}, which this task waited for.`);
    expect(seen.tokens).toBe(seen.sections.reduce((sum, { tokens }) => sum + tokens, 0));
    expect(seen.dropped).toEqual([]);
  });

  it("stays within its budget: the least relevant goes first, and what went is told", async () => {
    const { org, task, learn } = await prepared();
    for (let at = 0; at < 30; at++) await learn(`Note ${at}: ${"words ".repeat(60)}`);
    const seen = await run(previewContext, org.owner, { task: task.id, budgetTokens: 1_000 });
    expect(seen.tokens).toBeLessThanOrEqual(1_000);
    expect(seen.sections[0]?.key).toBe("task");
    expect(seen.dropped.length).toBeGreaterThan(10);
    expect(seen.dropped.every(({ key }) => key.startsWith("learning:"))).toBe(true);
  });

  it("is changed by people: left out, added to, and never without the task itself", async () => {
    const { org, task } = await prepared();
    const seen = await run(adjustContextOperation, org.owner, {
      task: task.id,
      leftOut: ["conventions", "task"],
      note: "Ask Rio first.",
    });
    expect(seen.sections.map(({ key }) => key.split(":")[0])).toEqual(["task", "note", "result"]);
    expect(seen.dropped).toMatchObject([{ key: "conventions", why: "Somebody left it out." }]);
  });

  it("holds nothing of another team's or organization's learnings", async () => {
    const { task, org } = await prepared();
    const other = await prepared();
    await other.learn("The secret of the others.");
    const seen = await run(previewContext, org.owner, { task: task.id });
    expect(JSON.stringify(seen)).not.toContain("secret of the others");
    await expect(run(previewContext, other.org.owner, { task: task.id })).rejects.toThrow("There is no task");
  });
});

describe("what was learned", () => {
  it.each([
    ["- **Gotcha:** the cache lies at night", "gotcha", "the cache lies at night"],
    ["Decision: cookies, no tokens", "decision", "cookies, no tokens"],
    ["[constraint] ids are never reused", "constraint", "ids are never reused"],
    ["1. Watch out: it needs a warm start", "gotcha", "it needs a warm start"],
  ])("is found in %j", (line, kind, body) => expect(learnedFrom(`Hello\n${line}\nbye`)).toEqual([{ kind, body }]));

  it("is not made of ordinary lines, however long or odd", () => {
    expect(learnedFrom("Note: nothing\nhttp://example.org: x\nDecision:\n- a\n")).toEqual([]);
    expect(learnedFrom(`${"[".repeat(100_000)}\n${"- ".repeat(50_000)}`)).toEqual([]);
  });

  it("is read from a task's notes once, kept once, and can be taken back", async () => {
    const { org, before } = await prepared();
    const learn = () =>
      as(runtime, org.owner, async (context) => learnByRules(context, await findTask(context, before.id)));
    expect(await learn()).toBe(1);
    expect(await learn()).toBe(null);
    await run(recordLearning, org.owner, {
      task: before.id,
      kind: "decision",
      body: "Cookies, no tokens in the browser!",
    });
    const { learnings } = await run(listLearnings, org.owner, { teamId: org.teamId });
    expect(learnings).toMatchObject([{ kind: "decision", source: "rules", task: { number: before.number } }]);
    await run(removeLearning, org.owner, { learningId: learnings[0]?.id });
    expect((await run(listLearnings, org.owner, { teamId: org.teamId })).learnings).toEqual([]);
  });
});
