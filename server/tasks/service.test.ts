import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { archiveAgent } from "../agents/service.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import type { Operation } from "../operation.ts";
import {
  as,
  createTestAgent,
  createTestMember,
  createTestOrg,
  openTestRuntime,
  type TestOrg,
} from "../test/fixtures.ts";
import { countDeadlocks, workIn } from "../test/work.ts";
import { assignTask, bulkUpdateTasks, createTask, createTasksBatch, getTask, updateTask } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask, addTaskIn, bring, claim, dependOn, move, read } = workIn(runtime);

async function addChain(org: TestOrg, length: number) {
  const chain = [await addTask(org, { title: "1" })];
  for (let n = 1; n < length; n++) chain.push(await addTask(org, { title: `${n + 1}`, dependsOn: [chain[n - 1]?.id] }));
  return chain;
}

test.for([1, 2, 5])("a circle of %i is refused and its path is named", async (length) => {
  const org = await createTestOrg(runtime);
  const chain = await addChain(org, length);
  const [first, last] = [chain[0], chain.at(-1)];
  if (!first || !last) throw new Error("no chain");
  const closing = dependOn(org.owner, first.id, `#${last.number}`);
  await expect(closing).rejects.toMatchObject({ code: "conflict" });
  if (length === 1) return expect(closing).rejects.toThrow(`#${first.number} cannot wait for itself`);
  const path = [first, ...chain.toReversed()].map(({ number }) => number);
  await expect(closing).rejects.toMatchObject({ details: { path } });
  await expect(closing).rejects.toThrow(path.map((number) => `#${number}`).join(" → "));
  expect((await read(org.owner, first.id)).dependencies).toBe(0);
});

test("a manager agent that names no team adds tasks to its own", async () => {
  const org = await createTestOrg(runtime);
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  const { task } = await run(createTask, manager, { title: "x" });
  const { tasks } = await run(createTasksBatch, manager, { tasks: [{ title: "y" }] });
  expect(task.teamId).toBe(org.teamId);
  expect((await read(org.owner, tasks[0]?.id ?? "")).teamId).toBe(org.teamId);
});

test("a lattice with 3^20 paths is checked as fast as it has edges", async () => {
  const org = await createTestOrg(runtime);
  let layer: string[] = [];
  const [top] = [await addTask(org, { title: "top" })];
  for (let depth = 0; depth < 20; depth++) {
    const dependsOn = depth === 0 ? [top.id] : layer;
    layer = [];
    for (let n = 0; n < 3; n++) layer.push((await addTask(org, { title: `${depth}.${n}`, dependsOn })).id);
  }
  const bottom = await addTask(org, { title: "bottom", dependsOn: layer });
  const started = performance.now();
  await expect(dependOn(org.owner, top.id, bottom.id)).rejects.toMatchObject({
    details: { path: expect.objectContaining({ length: 23 }) },
  });
  await dependOn(org.owner, bottom.id, top.id);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test("16 writers of opposite edges at once never close a circle, and none waits for another for ever", async () => {
  const org = await createTestOrg(runtime);
  const tasks = await Promise.all(Array.from({ length: 6 }, (_, n) => addTask(org, { title: `${n}` })));
  const pairs = tasks.flatMap((a) => tasks.filter((b) => a !== b).map((b) => [a.id, b.id] as const));
  const deadlocks = await countDeadlocks(db);
  const results: PromiseSettledResult<unknown>[] = [];
  for (let n = 0; n < pairs.length; n += 16)
    results.push(...(await Promise.allSettled(pairs.slice(n, n + 16).map(([a, b]) => dependOn(org.owner, a, b)))));
  const refused = results.filter((result) => result.status === "rejected");
  for (const { reason } of refused) expect(reason).toMatchObject({ code: "conflict" });
  expect(refused.length).toBe(pairs.length / 2);
  const circles = await db.execute(sql`with recursive reach(a, b) as (
      select task_id, depends_on_id from task_dependencies where org_id = ${org.orgId}
      union select r.a, d.depends_on_id from reach r join task_dependencies d on d.org_id = ${org.orgId} and d.task_id = r.b
    ) select a from reach where a = b`);
  expect(circles).toEqual([]);
  expect(await countDeadlocks(db)).toBe(deadlocks);
});

test("an edge to a task that finishes at the same moment never stays open", async () => {
  const org = await createTestOrg(runtime);
  const deadlocks = await countDeadlocks(db);
  await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      // Either of the two may be the older one: the order of ids must not matter.
      const [one, other] = [await addTask(org, { title: `a${n}` }), await addTask(org, { title: `b${n}` })];
      const [finishing, waiting] = n % 2 ? [one, other] : [other, one];
      await bring(org.owner, finishing.id, "in_review");
      await Promise.all([move(org.owner, finishing.id, "done"), dependOn(org.owner, waiting.id, finishing.id)]);
      expect(await read(org.owner, waiting.id)).toMatchObject({ dependencies: 1, openDependencies: 0 });
    }),
  );
  expect(await countDeadlocks(db)).toBe(deadlocks);
});

test("an edge that goes while its other end finishes is counted once", async () => {
  const org = await createTestOrg(runtime);
  const deadlocks = await countDeadlocks(db);
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const [one, other] = [await addTask(org, { title: `a${n}` }), await addTask(org, { title: `b${n}` })];
      const [first, second] = n % 2 ? [one, other] : [other, one];
      await dependOn(org.owner, second.id, first.id);
      await bring(org.owner, first.id, "in_review");
      await Promise.all([
        move(org.owner, first.id, "done"),
        run(updateTask, org.owner, { task: second.id, removeDependencies: [first.id] }),
      ]);
      expect(await read(org.owner, second.id)).toMatchObject({ dependencies: 0, openDependencies: 0 });
    }),
  );
  expect(await countDeadlocks(db)).toBe(deadlocks);
});

test("a cancelled predecessor is not a done one: its dependent stays and says why", async () => {
  const org = await createTestOrg(runtime);
  const first = await addTaskIn(org, "cancelled");
  const second = await addTask(org, { dependsOn: [first.id] });
  await expect(claim(org.owner, second.id)).rejects.toThrow(`#${first.number} (cancelled)`);
  await run(updateTask, org.owner, { task: second.id, removeDependencies: [`#${first.number}`] });
  expect((await claim(org.owner, second.id))?.task.status).toBe("in_progress");
});

test("who works on a task cannot change what it waits for", async () => {
  const org = await createTestOrg(runtime);
  const [task, other] = [await addTask(org), await addTask(org)];
  const agent = await createTestAgent(runtime, org);
  await claim(agent, task.id);
  await expect(dependOn(agent, task.id, other.id)).rejects.toMatchObject({ code: "conflict" });
  await expect(dependOn(org.owner, task.id, other.id)).rejects.toThrow("only a task in todo");
});

test("teams, repositories and people of another organization are as absent as ones that never were", async () => {
  const [ours, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const agent = await createTestAgent(runtime, theirs);
  const repoId = newId();
  await as(runtime, theirs.owner, (context) =>
    record(context, "repo.registered", [
      {
        subject: repoId,
        team: theirs.teamId,
        data: {
          ...{ name: "r", slug: "r", source: "hosted", sourceUrl: null, credentialId: null, defaultBranch: "main" },
          ...{ gateCommand: "true", gateTimeoutSeconds: 60, mergeStrategy: "merge" },
        },
      },
    ]),
  );
  const task = await addTask(ours);
  const foreign = await addTask(theirs);
  const inputs = (id: {
    team: string;
    repo: string;
    agent: string;
    user: string;
    task: string;
  }): [Operation, unknown][] => [
    [createTask, { teamId: id.team, title: "x" }],
    [createTask, { teamId: ours.teamId, title: "x", repoId: id.repo }],
    [createTask, { teamId: ours.teamId, title: "x", assignee: { kind: "agent", id: id.agent } }],
    [createTask, { teamId: ours.teamId, title: "x", assignee: { kind: "user", id: id.user } }],
    [createTask, { teamId: ours.teamId, title: "x", dependsOn: [id.task] }],
    [updateTask, { task: task.id, repoId: id.repo }],
    [updateTask, { task: task.id, addDependencies: [id.task] }],
    [assignTask, { task: task.id, assignee: { kind: "agent", id: id.agent } }],
    [assignTask, { task: task.id, assignee: { kind: "user", id: id.user } }],
  ];
  const seen = async (ids: Parameters<typeof inputs>[0]) => {
    const answers: unknown[] = [];
    for (const [operation, input] of inputs(ids)) {
      const refusal = await run(operation, ours.owner, input).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "not_found" });
      const text = refusal instanceof Error ? refusal.message : "";
      answers.push(Object.values(ids).reduce((message, id) => message.replaceAll(id, "…"), text));
    }
    return answers;
  };
  const real = { team: theirs.teamId, repo: repoId, agent: agent.id, user: theirs.owner.id, task: foreign.id };
  const made = { team: newId(), repo: newId(), agent: newId(), user: newId(), task: newId() };
  expect(await seen(real)).toEqual(await seen(made));
  await expect(run(getTask, ours.owner, { task: "#999999" })).rejects.toMatchObject({ code: "not_found" });
});

test("a task is found by id, number and number with a hash; what is neither is refused as invalid", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, { title: "Fix the log-in: it's broken!" });
  for (const ref of [task.id, `${task.number}`, `#${task.number}`])
    expect((await read(org.owner, ref)).id).toBe(task.id);
  expect(task.branch).toBe(`task-${task.number}-fix-the-log-in-it-s-broken`);
  const broken = ["0", "#0", "-1", "1e3", "12345678901", "x", "", `12345678-${"-".repeat(27)}`, `${task.id}0`, "# 1"];
  for (const ref of broken) await expect(read(org.owner, ref)).rejects.toMatchObject({ code: "invalid" });
});

test("an assignee must be there and stay there: nobody is given work while they are archived", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const task = await addTask(org, { assignee: { kind: "user", id: member.id } });
  expect(task.assignee).toEqual({ kind: "user", id: member.id, name: "Max" });
  for (let n = 0; n < 10; n++) {
    const agent = await createTestAgent(runtime, org);
    await Promise.allSettled([
      run(assignTask, org.owner, { task: task.id, assignee: { kind: "agent", id: agent.id } }),
      as(runtime, org.owner, (context) => archiveAgent(context, agent.id)),
    ]);
    expect((await read(org.owner, task.id)).assignee?.id).not.toBe(agent.id);
  }
});

test("who came to a task by claiming it and is then chosen for it goes on, and keeps it after a release", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const taken = await claim(agent, task.id);
  const assignee = { kind: "agent", id: agent.id };
  expect((await run(assignTask, org.owner, { task: task.id, assignee })).task.lease?.id).toBe(taken?.lease.id);
  await move(org.owner, task.id, "todo");
  expect((await read(org.owner, task.id)).assignee?.id).toBe(agent.id);
  await claim(agent, task.id);
  await run(assignTask, org.owner, { task: task.id, assignee: null });
  expect(await read(org.owner, task.id)).toMatchObject({ status: "todo", lease: null, assignee: null });
});

test("a bulk change reports what it could not do and does all the rest, each task once", async () => {
  const org = await createTestOrg(runtime);
  const open = await addTask(org, { tags: ["a"] });
  const over = await addTaskIn(org, "done");
  const merging = await addTaskIn(org, "merging");
  const tasks = [open.id, `#${open.number}`, over.id, `${merging.number}`];
  const result = await run(bulkUpdateTasks, org.owner, { tasks, addTags: ["b"], status: "cancelled" });
  expect(result.changed).toEqual([open.number]);
  expect(result.refused).toEqual([
    { number: over.number, reason: expect.stringContaining("is done") },
    { number: merging.number, reason: expect.stringContaining("merging") },
  ]);
  expect(await read(org.owner, open.id)).toMatchObject({ status: "cancelled", tags: ["a", "b"] });
  expect((await read(org.owner, merging.id)).tags, "a refused task keeps nothing of the change").toEqual([]);
});

test("bulk changes of the same tasks in opposite orders do not wait for each other in a circle", async () => {
  const org = await createTestOrg(runtime);
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) ids.push((await addTask(org)).id);
  const deadlocks = await countDeadlocks(db);
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      run(bulkUpdateTasks, org.owner, { tasks: n % 2 ? ids : ids.toReversed(), addTags: [`t${n}`] }),
    ),
  );
  expect((await read(org.owner, ids[0] ?? "")).tags).toHaveLength(8);
  expect(await countDeadlocks(db)).toBe(deadlocks);
});

test("numbers are drawn without gap or double, however many create at once", async () => {
  const org = await createTestOrg(runtime);
  const tasks = await Promise.all(Array.from({ length: 30 }, () => addTask(org)));
  expect(tasks.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
});
