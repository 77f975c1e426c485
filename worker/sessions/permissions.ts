import type { ActorRef } from "#db/columns.ts";
import type { Actor, Context, Runtime } from "#server/context.ts";
import type { PermissionAnswer, PermissionAsk } from "#server/drivers/driver.ts";
import { AppError } from "#server/errors.ts";
import { withdrawRequest } from "#server/human-requests/service.ts";
import { openPermission, takePermission } from "#server/policies/asking.ts";
import { decidePermission } from "#server/policies/deciding.ts";
import type { SeenFolder } from "#server/policies/paths.ts";
import { tellRefused } from "#server/security/telling.ts";
import { moveIfPossible } from "#server/sessions/driving.ts";
import { lockSessionRow } from "#server/sessions/finding.ts";
import { queueMessage } from "#server/sessions/messages.ts";
import type { Recorder } from "./recorder.ts";

export interface Asking {
  runtime: Runtime;
  actor: Actor;
  sessionId: string;
  /** Whether the agent hears what is said with an answer. */
  hearsNotes: readonly ("yes" | "no")[];
  recorder: Recorder;
  /** What the sandbox sees of the host: links in there are followed before a rule is asked. */
  folders: readonly SeenFolder[];
  transact: <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;
}

/**
 * Decides about a tool by the policies, or asks a person and waits as long as it takes: the question outlives this
 * process, and stands in the conversation and in the inbox. A mode of the agent counts only where no policy says no.
 */
export async function askPerson(
  { runtime, actor, sessionId, hearsNotes, recorder, folders, transact }: Asking,
  ask: PermissionAsk,
  signal: AbortSignal,
): Promise<PermissionAnswer> {
  const decided = await transact((context) => decidePermission(context, { sessionId, ask, folders }));
  if (decided.decision === "allow" || (decided.decision === "ask" && ask.isCovered === true && !decided.needsPerson))
    return { decision: "allow_once" };
  if (decided.decision === "deny") {
    recorder.say({ kind: "error", message: `${ask.title}: ${decided.reason}` });
    await tellRefused(runtime, actor.orgId, {
      what: "tool",
      by: { sessionId },
      words: `${ask.title}: ${decided.reason}`,
    });
    return { decision: "reject" };
  }
  const requestId = await transact((context) => openPermission(context, { sessionId, ask }));
  const take = () =>
    transact(async (context) => {
      const taken = await takePermission(context, { requestId, sessionId, ask });
      if (taken?.note && !hearsNotes.includes(wordOf(taken))) await sayLater(context, taken);
      return taken;
    });
  let answer = await take();
  if (answer !== undefined) return answer;
  const told = { kind: "permission" as const, requestId, toolId: ask.toolId, title: ask.title };
  recorder.say({ ...told, status: "pending" });
  await move("waiting");
  try {
    while (answer === undefined) {
      await nextHint(runtime, actor.orgId, signal);
      if (signal.aborted) {
        await transact((context) => withdrawRequest(context, { request: requestId, reason: "The turn ended." })).catch(
          () => undefined,
        );
        recorder.say({ ...told, status: "expired" });
        return { decision: "reject" };
      }
      answer = await take();
    }
    const { decision, note } = answer;
    recorder.say({ ...told, status: decision === "reject" ? "denied" : "allowed", ...(note ? { note } : {}) });
    return answer;
  } finally {
    await move("running");
  }

  /** An agent that a decision reaches without its words hears them next, from whoever said them. */
  async function sayLater(context: Context, taken: PermissionAnswer & { by: ActorRef | null }): Promise<void> {
    const { note, by } = taken;
    const text = `About ${ask.title}, which I ${wordOf(taken) === "no" ? "declined" : "allowed"}: ${note}`;
    const message = { text, attachmentIds: [], ...(by ? { by } : {}) };
    await queueMessage(context, await lockSessionRow(context, sessionId), message).catch((error: unknown) => {
      // Too much waits already: the words stand in the conversation all the same.
      if (!(error instanceof AppError)) throw error;
    });
  }

  async function move(to: "waiting" | "running") {
    await transact(async (context) => moveIfPossible(context, await lockSessionRow(context, sessionId), to));
  }
}

const wordOf = ({ decision }: PermissionAnswer) => (decision === "reject" ? "no" : "yes");

/** The next moment at which an answer may be there. */
function nextHint({ wake }: Runtime, orgId: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const end = () => {
      off();
      signal.removeEventListener("abort", end);
      done();
    };
    const off = wake.on("human_request_resolved", (about) => {
      if (about === undefined || about === orgId) end();
    });
    signal.addEventListener("abort", end, { once: true });
  });
}
