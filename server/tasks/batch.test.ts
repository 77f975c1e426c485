import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { compareWithFold } from "../events/replay.ts";
import { newId } from "../ids.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { createTasksBatch, getDependentTasks } from "./operations.ts";

const { runtime, db, url } = await openTestRuntime();
const { run, addTask, read, addTaskIn } = workIn(runtime);
const org = await createTestOrg(runtime);
const batch = async (tasks: object[], to = org) =>
  (await run(createTasksBatch, to.owner, { teamId: to.teamId, tasks })).tasks;
const numbersOf = (tasks: readonly { number: number }[]) => tasks.map(({ number }) => number);
const countTasks = async () => (await db.execute(sql`select 1 from tasks where org_id = ${org.orgId}`)).length;

test("200 tasks wait for each other by their places, as numbers or texts, forward or back, and for tasks that exist", async () => {
  const [done, open] = [await addTaskIn(org, "done"), await addTask(org)];
  const tasks = Array.from({ length: 200 }, (_, place) => ({
    title: `Task ${place}`,
    dependsOn:
      place === 0
        ? [199, done.id, `#${open.number}`]
        : place === 199
          ? []
          : place % 2 === 0
            ? [place - 1]
            : [String(place - 1), 0],
  }));
  const created = await batch(tasks);
  expect(created).toHaveLength(200);
  expect(numbersOf(created)).toEqual(created.map((_, place) => (created[0]?.number ?? 0) + place));
  const [first, second, last] = await Promise.all(
    [0, 1, 199].map((place) => read(org.owner, created[place]?.id ?? "")),
  );
  expect(numbersOf(first?.dependsOn ?? [])).toEqual([done.number, open.number, last?.number]);
  expect(first?.openDependencies, "the done one does not count").toBe(2);
  expect(second).toMatchObject({ openDependencies: 1, dependsOn: [{ number: first?.number }] });
  expect(last).toMatchObject({ openDependencies: 0, dependents: [{ number: first?.number }] });
  const { tables } = await compareWithFold(url);
  for (const { table, onlyInTable, onlyInFold } of tables)
    expect([table, onlyInTable, onlyInFold]).toEqual([table, 0, 0]);
});

test("a place that is not there, oneself, a circle, a foreign or missing task: words, and nothing is created", async () => {
  const other = await createTestOrg(runtime);
  const foreign = await addTask(other);
  const before = await countTasks();
  const refusal = async (tasks: object[]) => {
    const error: unknown = await batch(tasks).catch((caught: unknown) => caught);
    return error instanceof Error && "code" in error ? `${String(error.code)}: ${error.message}` : error;
  };
  const two = (dependsOn: unknown[]) => [{ title: "a" }, { title: "b", dependsOn }];
  expect(await refusal(two([2]))).toBe(
    'invalid: tasks[1].dependsOn: the batch has places 0 to 1, not 2. A task that exists already is named "#2".',
  );
  expect(await refusal(two(["7"]))).toContain("places 0 to 1, not 7");
  expect(await refusal(two([1]))).toBe("invalid: tasks[1] cannot wait for itself.");
  expect(await refusal(two([-1]))).toContain("invalid");
  expect(await refusal(two([0.5]))).toContain("invalid");
  expect(await refusal(two(["x"]))).toContain("invalid");
  const missing = newId();
  expect(await refusal(two([foreign.id]))).toBe(
    ((await refusal(two([missing]))) as string).replace(missing, foreign.id),
  );
  expect(await refusal(two(["#99999"]))).toContain("not_found: There is no task #99999");
  const circle = [1, 2, 3, 1].map((next, place) => ({ title: `${place}`, dependsOn: [next] }));
  expect(await refusal(circle)).toBe(
    "conflict: Nothing was created: these wait for each other in a circle: tasks 1 → 2 → 3 → 1. Remove one of the dependencies.",
  );
  expect(await refusal([{ title: "fine" }, { title: "" }])).toContain("invalid");
  expect(await refusal(Array.from({ length: 201 }, () => ({ title: "x" })))).toContain("invalid");
  expect(await refusal([])).toContain("invalid");
  expect(await countTasks()).toBe(before);
});

test("only who makes tasks for others may, and the same key makes a batch once", async () => {
  const engineer = await createTestAgent(runtime, org);
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  const input = { teamId: org.teamId, tasks: [{ title: "one" }] };
  await expect(run(createTasksBatch, engineer, input)).rejects.toMatchObject({ code: "forbidden" });
  const answers = await Promise.all([1, 2, 3].map(() => run(createTasksBatch, manager, input, "same")));
  expect(new Set(answers.flatMap(({ tasks }) => tasks.map(({ id }) => id))).size).toBe(1);
});

test("what waits for a task is listed, near ones first, and what waits for those if asked", async () => {
  const created = await batch([
    { title: "a" },
    { title: "b", dependsOn: [0] },
    { title: "c", dependsOn: [0, 1] },
    { title: "d", dependsOn: [2] },
  ]);
  const ask = async (transitive: boolean) =>
    (await run(getDependentTasks, org.owner, { task: created[0]?.id, transitive })).dependents.map(
      ({ title, distance, openDependencies }) => [title, distance, openDependencies],
    );
  expect(await ask(false)).toEqual([
    ["b", 1, 1],
    ["c", 1, 2],
  ]);
  expect(await ask(true)).toEqual([
    ["b", 1, 1],
    ["c", 1, 2],
    ["d", 2, 1],
  ]);
});
