import { expect, test } from "vitest";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { listReposOperation } from "../repos/operations.ts";
import { listReviewsOperation } from "../reviews/operations.ts";
import { archiveTask, changeStatus, getBoard, getGraph, listTasks, updateTask } from "./operations.ts";

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

test("a failed task's card says why, as it was said last, and no other card does", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org);
  const failure = async () => (await run(listTasks, org.owner, { teamId: org.teamId })).tasks[0]?.failure;
  const change = (status: string, reason?: string) =>
    run(changeStatus, org.owner, { task: task.id, status, ...(reason ? { reason } : {}) });
  for (const reason of ["The door is locked.", "The key is lost."]) {
    await change("in_progress");
    await change("failed", reason);
    expect(await failure()).toBe(reason);
    await change("todo", "Again.");
    expect(await failure()).toBeNull();
  }
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

test("each card tells its own messages, latest review, latest merge and holder, and nothing of its neighbour's", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const [busy, quiet] = [await addTask(org), await addTask(org)];
  await claim(agent, busy.id);
  const of = { task: busy.id, team: org.teamId };
  const repoId = newId();
  await as(runtime, org.owner, async (context) => {
    for (const body of ["one", "two"])
      await record(context, "message.sent", [{ ...of, subject: newId(), data: { body, recipient: null } }]);
    for (const attempt of [1, 2]) {
      const data = { attempt, commit: null, baseCommit: null, summary: "done" };
      await record(context, "review.requested", [{ ...of, subject: newId(), data }]);
    }
    const data = {
      name: "r",
      slug: "r",
      source: "hosted" as const,
      sourceUrl: null,
      credentialId: null,
      defaultBranch: "main",
      gateCommand: "true",
      gateTimeoutSeconds: 5,
      mergeStrategy: "merge" as const,
    };
    await record(context, "repo.registered", [{ subject: repoId, team: org.teamId, data }]);
  });
  // Jobs of a task follow each other in time.
  for (const reason of ["first", "second"]) {
    await as(runtime, org.owner, async (context) => {
      const job = newId();
      await record(context, "merge.queued", [
        { ...of, subject: job, data: { repoId, commit: "a".repeat(40), strategy: "merge" } },
      ]);
      await record(context, "merge.failed", [
        { ...of, subject: job, data: { status: "cancelled", reason, gateRunId: null } },
      ]);
    });
  }
  const { tasks } = await run(listTasks, org.owner, { teamId: org.teamId });
  const cards = new Map(tasks.map((card) => [card.id, card]));
  expect(cards.get(busy.id)).toMatchObject({
    messages: 2,
    review: { attempt: 2, verdict: "pending" },
    merge: { status: "cancelled", reason: "second" },
    lease: { holder: { kind: "agent", id: agent.id } },
  });
  expect(cards.get(quiet.id)).toMatchObject({ messages: 0, review: null, merge: null, lease: null });
  const board = await run(getBoard, org.owner, { teamId: org.teamId });
  const onBoard = board.columns.flatMap((column) => column.cards);
  expect(onBoard.find(({ id }) => id === busy.id)).toEqual(cards.get(busy.id));
});

test("an agent that names no team lists its own; somebody with several says which", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { role: "reviewer" });
  const task = await addTask(org, { title: "Ours" });
  expect((await run(listTasks, agent, {})).tasks).toMatchObject([{ id: task.id }]);
  expect(await run(listReposOperation, agent, {})).toEqual({ repos: [] });
  expect(await run(listReviewsOperation, agent, {})).toMatchObject({ reviews: [] });
  await expect(run(listTasks, org.owner, {})).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("list_teams"),
  });
});

test("a change of nothing says what can be changed", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, { title: "Same" });
  await expect(run(updateTask, org.owner, { task: task.id })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("Nothing to change"),
  });
});
