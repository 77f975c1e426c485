import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Db } from "#db/client.ts";
import type { TaskStatus } from "#db/enums.ts";
import type { Actor, Runtime } from "../context.ts";
import { execute } from "../execute.ts";
import { claimTask } from "../leases/operations.ts";
import type { Operation } from "../operation.ts";
import { lockToFinish } from "../tasks/dependencies.ts";
import { lockTask } from "../tasks/finding.ts";
import { changeStatus, createTask, getTask, updateTask } from "../tasks/operations.ts";
import { moveTask } from "../tasks/service.ts";
import { as, type TestOrg } from "./fixtures.ts";

/** How a task gets from `todo` to each status. */
const ways = {
  todo: [],
  in_progress: ["in_progress"],
  blocked: ["in_progress", "blocked"],
  in_review: ["in_progress", "in_review"],
  in_approval: ["in_progress", "in_review", "in_approval"],
  merging: ["in_progress", "in_review", "in_approval", "merging"],
  done: ["in_progress", "in_review", "done"],
  failed: ["in_progress", "failed"],
  cancelled: ["cancelled"],
} as const satisfies Record<TaskStatus, readonly TaskStatus[]>;

/** The everyday moves of a test, through the same doors as everybody's. */
export function workIn(runtime: Runtime) {
  const run = <Input extends z.ZodObject, Output extends z.ZodObject>(
    operation: Operation<Input, Output>,
    actor: Actor,
    input: unknown,
    idempotencyKey?: string,
  ) => execute(operation, runtime, actor, input, { requestId: "test", idempotencyKey });

  async function addTask(org: TestOrg, input: Record<string, unknown> = {}) {
    return (await run(createTask, org.owner, { teamId: org.teamId, title: "Task", ...input })).task;
  }

  async function move(actor: Actor, taskId: string, to: TaskStatus) {
    await as(runtime, actor, async (context) => {
      if (to === "done") await lockToFinish(context, taskId);
      await moveTask(context, await lockTask(context, taskId), to);
    });
  }

  /** Brings a fresh task to a status, step by step, as a person. */
  async function bring(actor: Actor, taskId: string, to: TaskStatus) {
    for (const step of ways[to]) {
      if (step === "in_progress") await run(changeStatus, actor, { task: taskId, status: step });
      else await move(actor, taskId, step);
    }
  }

  async function addTaskIn(org: TestOrg, status: TaskStatus) {
    const task = await addTask(org, { title: `In ${status}` });
    await bring(org.owner, task.id, status);
    return task;
  }

  return {
    run,
    addTask,
    move,
    bring,
    addTaskIn,
    claim: async (actor: Actor, task?: string) => (await run(claimTask, actor, { task })).claim,
    read: async (actor: Actor, task: string) => (await run(getTask, actor, { task })).task,
    dependOn: (actor: Actor, task: string, on: string) => run(updateTask, actor, { task, addDependencies: [on] }),
  };
}

/** Deadlocks PostgreSQL had to break in this database; they are retried, so only this count shows them. */
export async function countDeadlocks(db: Db): Promise<number> {
  const [counted] = await db.execute<{ n: number }>(
    sql`select pg_stat_force_next_flush(), (select deadlocks::int from pg_stat_database where datname = current_database()) as n`,
  );
  return counted?.n ?? 0;
}
