import type { Actor, Context, Runtime } from "#server/context.ts";
import type { PermissionAnswer, PermissionAsk } from "#server/drivers/driver.ts";
import { withdrawRequest } from "#server/human-requests/service.ts";
import { openPermission, takePermission } from "#server/policies/asking.ts";
import { decidePermission } from "#server/policies/deciding.ts";
import type { SeenFolder } from "#server/policies/paths.ts";
import { tellRefused } from "#server/security/telling.ts";
import { moveIfPossible } from "#server/sessions/driving.ts";
import { lockSessionRow } from "#server/sessions/finding.ts";
import type { Recorder } from "./recorder.ts";

export interface Asking {
  runtime: Runtime;
  actor: Actor;
  sessionId: string;
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
  { runtime, actor, sessionId, recorder, folders, transact }: Asking,
  ask: PermissionAsk,
  signal: AbortSignal,
): Promise<PermissionAnswer> {
  const decided = await transact((context) => decidePermission(context, { sessionId, ask, folders }));
  if (decided.decision === "allow" || (decided.decision === "ask" && ask.isCovered === true && !decided.needsPerson))
    return "allow_once";
  if (decided.decision === "deny") {
    recorder.say({ kind: "error", message: `${ask.title}: ${decided.reason}` });
    await tellRefused(runtime, actor.orgId, {
      what: "tool",
      by: { sessionId },
      words: `${ask.title}: ${decided.reason}`,
    });
    return "reject";
  }
  const requestId = await transact((context) => openPermission(context, { sessionId, ask }));
  const take = () => transact((context) => takePermission(context, { requestId, sessionId, ask }));
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
        return "reject";
      }
      answer = await take();
    }
    recorder.say({ ...told, status: answer === "reject" ? "denied" : "allowed" });
    return answer;
  } finally {
    await move("running");
  }

  async function move(to: "waiting" | "running") {
    await transact(async (context) => moveIfPossible(context, await lockSessionRow(context, sessionId), to));
  }
}

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
