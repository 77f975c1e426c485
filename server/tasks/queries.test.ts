import { expect, test } from "vitest";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { archiveTask, getBoard, getGraph, listTasks } from "./operations.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, addTaskIn, claim } = workIn(runtime);

test("tasks are found by words, number, status, assignee, priority, tag and readiness", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const login = await addTask(org, { title: "Fix the login", priority: "high", tags: ["web"] });
  const percent = await addTask(org, { title: "Show 100% and a_b", description: "with a progress bar" });
  const later = await addTask(org, { title: "After the login", dependsOn: [login.id] });
  await claim(agent, percent.id);
  const find = async (filters: Record<string, unknown>) =>
    (await run(listTasks, org.owner, { teamId: org.teamId, ...filters })).tasks.map(({ number }) => number);
  expect(await find({ q: "LOGIN" })).toEqual([later.number, login.number]);
  expect(await find({ q: "progress" })).toEqual([percent.number]);
  expect(await find({ q: `#${login.number}` })).toEqual([login.number]);
  expect(await find({ q: "0% and a_" }), "wildcards are letters like any others").toEqual([percent.number]);
  expect(await find({ q: "0_and" })).toEqual([]);
  expect(await find({ status: ["in_progress", "done"] })).toEqual([percent.number]);
  expect(await find({ assigneeId: agent.id })).toEqual([percent.number]);
  expect(await find({ priority: ["high"] })).toEqual([login.number]);
  expect(await find({ tag: "web" })).toEqual([login.number]);
  expect(await find({ ready: true })).toEqual([login.number]);
  expect(await find({ q: "9".repeat(200) })).toEqual([]);
  await expect(find({ before: 2 ** 40 })).rejects.toMatchObject({ code: "invalid" });
});

test("pages by keyset hold every task once, also while new ones arrive", async () => {
  const org = await createTestOrg(runtime);
  for (let n = 0; n < 7; n++) await addTask(org);
  const seen: number[] = [];
  let before: number | undefined;
  do {
    const page = await run(listTasks, org.owner, { teamId: org.teamId, limit: 3, before });
    seen.push(...page.tasks.map(({ number }) => number));
    before = page.next ?? undefined;
    await addTask(org);
  } while (before);
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test("archived tasks leave list, board and graph, and are found where they are asked for", async () => {
  const org = await createTestOrg(runtime);
  const over = await addTaskIn(org, "done");
  const open = await addTask(org, { dependsOn: [over.id] });
  const { teamId } = org;
  expect(await run(getGraph, org.owner, { teamId })).toMatchObject({ edges: [{ from: over.id, to: open.id }] });
  await run(archiveTask, org.owner, { task: over.id });
  const numbers = async (archived?: boolean) =>
    (await run(listTasks, org.owner, { teamId, archived })).tasks.map(({ number }) => number);
  expect(await numbers()).toEqual([open.number]);
  expect(await numbers(true)).toEqual([over.number]);
  const board = await run(getBoard, org.owner, { teamId });
  expect(board.columns.flatMap(({ cards }) => cards.map(({ id }) => id))).toEqual([open.id]);
  expect(board.columns.find(({ status }) => status === "done")?.total).toBe(0);
  expect(await run(getGraph, org.owner, { teamId })).toMatchObject({ nodes: [{ id: open.id }], edges: [] });
});
