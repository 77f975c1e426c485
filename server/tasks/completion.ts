import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Db } from "#db/client.ts";
import { badKey, findLiveKeys } from "../auth/actor.ts";
import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { findTasks } from "./finding.ts";
import type { completion, waitForTasksInput } from "./schema.ts";
import { isOver } from "./transitions.ts";

/** What is waited for, as plain JSON: whoever holds it can look for the answer, in any process. */
export interface Awaited {
  taskIds: string[];
  until: "all" | "any";
  /** ISO time after which the answer is what is the case then. */
  deadline: string;
}

type Completion = z.output<typeof completion>;

/** Finds the tasks and says until when they are waited for. @throws AppError not_found */
export async function awaitTasks(
  context: Context,
  { tasks, until, timeoutSeconds }: z.output<typeof waitForTasksInput>,
): Promise<Awaited> {
  const found = await findTasks(context, tasks);
  return {
    taskIds: [...found.keys()],
    until,
    deadline: new Date(context.now.getTime() + timeoutSeconds * 1000).toISOString(),
  };
}

/** The answer as it is now; undefined while what is waited for has not happened and the time is not over. */
export async function lookForCompletion(
  runtime: Runtime,
  actor: Actor,
  awaited: Awaited,
): Promise<Completion | undefined> {
  return (await lookAt(runtime, actor, awaited)).answer;
}

async function lookAt(
  runtime: Runtime,
  actor: Actor,
  { taskIds, until, deadline }: Awaited,
): Promise<{ answer: Completion | undefined; over: number }> {
  const tasks = await inTransaction(runtime, actor, { requestId: `wait-${newId()}`, snapshot: true }, (context) =>
    readStates(context, taskIds),
  );
  const over = tasks.filter(({ status, archived }) => archived || isOver(status) || status === "failed").length;
  const finished = until === "all" ? over === tasks.length : over > 0;
  if (!finished && Date.now() < Date.parse(deadline)) return { answer: undefined, over };
  return { answer: { finished, tasks: tasks.map(({ archived: _archived, ...task }) => task) }, over };
}

/**
 * Waits for it, holding nothing: the statuses of all that is waited for in this process are read with one query a
 * wake-up, and only who may go on is looked at for themselves.
 * @throws AppError unauthenticated when the key the caller came with ends meanwhile.
 */
export async function waitForCompletion(
  runtime: Runtime,
  actor: Actor,
  awaited: Awaited,
  signal: AbortSignal | undefined,
): Promise<Completion> {
  const watch = watchOf(runtime);
  for (;;) {
    const { answer, over } = await lookAt(runtime, actor, awaited);
    if (answer) return answer;
    if (signal?.aborted) throw new AppError("unavailable", "The caller has gone.", { retryAfterSeconds: 1 });
    await watch.changed(actor, { ...awaited, over, signal });
  }
}

interface Watcher {
  keyId: string | undefined;
  taskIds: readonly string[];
  /** How many of them were over when their caller looked: another number is worth another look. */
  over: number;
  go(error?: Error): void;
}

const watches = new WeakMap<Db, ReturnType<typeof openWatch>>();

/** One for each database a process talks to: all that wait share its looks. */
function watchOf(runtime: Runtime) {
  const open = watches.get(runtime.db) ?? openWatch(runtime);
  watches.set(runtime.db, open);
  return open;
}

function openWatch(runtime: Runtime) {
  const watchers = new Set<Watcher>();
  let looking = false;
  let again = false;
  let off: (() => void)[] = [];

  async function look() {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && watchers.size > 0) {
        again = false;
        await lookOnce();
      }
    } catch {
      // The poll looks again in a second; a database that is away is told of by everything else.
    } finally {
      looking = false;
    }
  }

  async function lookOnce() {
    const line = [...watchers];
    const ids = [...new Set(line.flatMap(({ taskIds }) => taskIds))];
    const keys = [...new Set(line.flatMap(({ keyId }) => keyId ?? []))];
    const options = { requestId: `wait-${newId()}`, system: true };
    const { over, live } = await inTransaction(runtime, systemActor("", "waiting"), options, async ({ tx }) => ({
      over: await tx.execute<{ id: string }>(sql`select id from tasks where id = any(${`{${ids.join(",")}}`}::uuid[])
        and (status in ('done', 'cancelled', 'failed') or archived_at is not null)`),
      live: await findLiveKeys(tx, keys),
    }));
    const isOverNow = new Set(over.map(({ id }) => id));
    for (const watcher of line) {
      const count = watcher.taskIds.filter((id) => isOverNow.has(id)).length;
      if (watcher.keyId && !live.has(watcher.keyId)) watcher.go(badKey());
      else if (count !== watcher.over) watcher.go();
    }
  }

  return {
    /** Resolves when one of the tasks may have ended, at the deadline, or when the caller hangs up. */
    changed(
      { keyId }: Actor,
      { taskIds, deadline, over, signal }: Awaited & { over: number; signal: AbortSignal | undefined },
    ): Promise<void> {
      return new Promise((resolve, reject) => {
        const stop = () => watcher.go();
        const watcher: Watcher = {
          keyId,
          taskIds,
          over,
          go(error) {
            watchers.delete(watcher);
            clearTimeout(timer);
            signal?.removeEventListener("abort", stop);
            if (watchers.size === 0) for (const end of off.splice(0)) end();
            if (error) reject(error);
            else resolve();
          },
        };
        const timer = setTimeout(stop, Math.max(0, Date.parse(deadline) - Date.now()) + 1);
        signal?.addEventListener("abort", stop, { once: true });
        watchers.add(watcher);
        if (off.length === 0)
          off = [
            runtime.wake.on("task_status_changed", () => void look()),
            runtime.wake.on("access_changed", () => void look()),
          ];
        if (signal?.aborted) stop();
        // It may have happened since the caller looked.
        else void look();
      });
    },
  };
}

async function readStates({ tx, actor }: Context, ids: readonly string[]) {
  return tx.execute<
    Completion["tasks"][number] & { archived: boolean } & Record<string, unknown>
  >(sql`select t.id, t.number, t.title, t.status, t.archived_at is not null as archived,
      (select j.merge_commit from merge_jobs j where j.org_id = t.org_id and j.task_id = t.id and j.status = 'merged'
        order by j.created_at desc limit 1) as "mergeCommit"
    from tasks t where t.org_id = ${actor.orgId} and t.id = any(${`{${ids.join(",")}}`}::uuid[]) order by t.number`);
}
