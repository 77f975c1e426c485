import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { findUnread, readingInstruction, readingSchema, readLearnings } from "#server/learnings/jobs.ts";
import { keepRead, learnByRules, notesOf } from "#server/learnings/service.ts";
import { converse } from "#server/llm/converse.ts";
import type { Logger } from "#server/log.ts";
import { findTask, type Task } from "#server/tasks/finding.ts";
import { localModelsOf } from "#server/tools/local-models.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 10_000;

/** Shorter notes say nothing that rules do not find. */
const leastForModel = 200;
const mostForModel = 40_000;

/** Reads what was left on finished tasks for what those after them should know. */
export const learning: Part = {
  name: "learning",
  async start({ runtime, log, signal }) {
    const stopping = new AbortController();
    const until = AbortSignal.any([signal, stopping.signal]);
    const rounds = startRounds(log, () => readFinished(runtime, log, until));
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    rounds.ask();
    return async () => {
      clearInterval(timer);
      stopping.abort();
      await rounds.stop();
    };
  },
};

/** Reads every finished task that was not read yet: once, whatever the number of workers. */
export async function readFinished(runtime: Runtime, log: Pick<Logger, "warn">, signal: AbortSignal): Promise<void> {
  const options = () => ({ requestId: `learning-${newId()}` });
  for (;;) {
    const found = await inTransaction(runtime, systemActor("", "learning"), { ...options(), system: true }, findUnread);
    for (const { orgId, taskId } of found) {
      if (signal.aborted) return;
      const act: Act = (work) => inTransaction(runtime, systemActor(orgId, "learning"), options(), work);
      const task = await act((context) => findTask(context, taskId));
      if ((await act((context) => learnByRules(context, task))) === null) continue;
      await readByModel(runtime, act, task, signal).catch((error: unknown) => {
        // What rules found is kept; a model that is away is no reason to read a task twice.
        if (!signal.aborted) log.warn({ error, taskId }, "a model could not read what was left on a task");
      });
    }
    if (found.length === 0) return;
  }
}

type Act = <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;

/** By a model on the team's own machine, where there is one: reading costs nobody money without being asked for. */
async function readByModel(runtime: Runtime, act: Act, task: Task, signal: AbortSignal): Promise<void> {
  const text = (await act((context) => notesOf(context, task))).join("\n\n");
  const model = text.length < leastForModel ? [] : await act((context) => localModelsOf(context, task.teamId));
  if (model.length === 0) return;
  const reply = await converse(runtime, {
    ...{ orgId: task.orgId, teamId: task.teamId, taskId: task.id, purpose: "learn", model, signal },
    ...{ system: readingInstruction, schema: readingSchema, maxOutputTokens: 2_000 },
    messages: [{ role: "user", content: `#${task.number} ${task.title}\n\n${text.slice(0, mostForModel)}` }],
  });
  const found = readLearnings(reply.object);
  if (found.length > 0) await act((context) => keepRead(context, task, found));
}
