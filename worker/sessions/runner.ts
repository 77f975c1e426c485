import { type Actor, type Context, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { withdrawPermissionsOf } from "#server/human-requests/service.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { SessionRow } from "#server/sessions/closing.ts";
import * as driving from "#server/sessions/driving.ts";
import { count } from "#server/tally.ts";
import { invokeAgent } from "#server/tracing/gen-ai.ts";
import { inSpan, traceparentOf } from "#server/tracing/spans.ts";
import { findWorkspace, readChecks } from "#server/workspaces/queries.ts";
import type { BoxedAgentDeps } from "./boxed-agent.ts";
import { removeHome } from "./home.ts";
import { placeFiles } from "./placing-files.ts";
import { answerAndCheck } from "./turn-check.ts";
import { openRecorder, type Recorder } from "./recorder.ts";
import { openSessionAgent } from "./session-agent.ts";

export interface RunnerDeps extends BoxedAgentDeps {
  log: Logger;
}

export interface Runner {
  /** Something may have changed: it looks. */
  poke(): void;
  /** Its files are still being made. */
  isWaiting(): boolean;
  /** Nothing more is begun; resolves when the turn that runs is over. People can still cancel it meanwhile. */
  finish(): Promise<void>;
  /** The worker stops, or lost the session: everything of it here ends; whoever takes it next goes on. */
  leave(): Promise<void>;
}

/** A cancelled turn that does not end by itself within this is ended with its agent. */
const patienceMs = 900;
/** An agent that says and does nothing for so long in a turn hangs: the longest command it may run is shorter. */
const silentMs = 30 * 60_000;

interface Turn {
  number: number;
  over: Promise<void>;
  isCancelled: boolean;
  /** Rejects when it is cancelled: nobody waits for an agent that is only being started. */
  stopped: PromiseWithResolvers<never>;
  /** Why it was ended, where the agent gave no sign of life. */
  hung?: string;
}

/** Drives one session that this worker holds, from where it stands, until nothing more is to be done for it here. */
export function startRunner(deps: RunnerDeps, held: driving.Taken, onOver: () => void): Runner {
  const { runtime, log, holder } = deps;
  const { orgId, sessionId } = held;
  const actor: Actor = { ...systemActor(orgId, sessionId), name: held.agentName };
  const transact = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, actor, { requestId: `session-${newId()}` }, work);
  let recorder: Recorder | undefined;
  let isWaiting = false;
  let turn: Turn | undefined;
  /** Of the turn that runs: what it calls and uses is found below it. */
  let traceparent: string | null = null;
  let again = false;
  let isGone = false;
  let isFinishing = false;
  let leaving: Promise<void> | undefined;
  let working: Promise<void> | undefined;
  const agent = openSessionAgent(deps, held, { actor, transact, traceparent: () => traceparent, onGone: poke });

  function poke() {
    again = true;
    working ??= work().finally(() => {
      working = undefined;
      if (again && !isGone) poke();
    });
  }

  async function work(): Promise<void> {
    try {
      while (again && !isGone) {
        again = false;
        await step();
      }
    } catch (error) {
      log.error({ error, sessionId }, "a session could not be driven on");
      await agent.shut().catch(() => undefined);
      await over();
    }
  }

  async function over(): Promise<void> {
    if (isGone) return;
    isGone = true;
    await transact((context) => driving.letGo(context, holder, sessionId)).catch(() => undefined);
    onOver();
  }

  async function step(): Promise<void> {
    const now = await transact((context) => driving.lockHeld(context, holder, sessionId));
    if (!now) {
      await agent.shut();
      return over();
    }
    const { session, cancelTurn } = now;
    recorder ??= await openRecorder(runtime, held, {
      holder,
      onLost: poke,
      traceparent: () => traceparent,
      onError: (error) => log.error({ error, sessionId }, "a conversation could not be written down"),
    });
    const { status } = session;
    if (turn && status === "running" && agent.silentMs() > silentMs) {
      turn.hung = `The agent gave no sign of life for ${silentMs / 60_000} minutes.`;
      recorder.say({ kind: "error", message: turn.hung });
      await cancel(turn);
    }
    if (turn && (cancelTurn === turn.number || !["running", "waiting"].includes(status))) await cancel(turn);
    if (["stopped", "error", "archived"].includes(status)) {
      await agent.shut();
      return over();
    }
    if (status === "removing") return remove(session);
    // What is not begun here is for whoever takes the session up next.
    if (isFinishing && !turn) return;
    if (status === "initializing") return initialize(session, recorder);
    if ((status === "running" || status === "waiting") && !turn) return takeUp(recorder);
    if (status === "ready" && !turn) await begin(session, recorder);
  }

  async function initialize(session: SessionRow, into: Recorder): Promise<void> {
    isWaiting = await waitsForWorkspace(session);
    if (isWaiting) return;
    try {
      await agent.connect(session, into);
      await transition("ready");
    } catch (error) {
      await fail(error, into);
    }
    again = true;
  }

  async function waitsForWorkspace({ workspaceId }: SessionRow): Promise<boolean> {
    if (!workspaceId) return false;
    const { status } = await transact((context) => findWorkspace(context, workspaceId));
    return status === "initializing";
  }

  async function transition(to: "ready" | "error", reason: string | null = null): Promise<void> {
    await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      if (now) await driving.moveIfPossible(context, now.session, to, reason);
    });
  }

  async function fail(error: unknown, into: Recorder): Promise<void> {
    if (!(error instanceof AppError)) log.error({ error, sessionId }, "a session failed by a fault of ours");
    const message =
      error instanceof AppError ? error.message : "Something failed here. Try it again with resume_session.";
    into.say({ kind: "error", message });
    await into.flush();
    await agent.shut();
    await transition("error", message.slice(0, 1_000));
  }

  async function begin(session: SessionRow, into: Recorder): Promise<void> {
    const begun = await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      return now && driving.beginTurn(context, now.session);
    });
    if (!begun) return;
    const { message, turn: number, attachments } = begun;
    const isFirstTry = message.tries === 0;
    into.turn(number);
    into.say({ kind: "turn", state: "started" });
    const files = attachments.length > 0 ? { files: attachments.map(({ name }) => name) } : {};
    if (isFirstTry) into.say({ kind: "user", text: message.text, by: message.by.name, ...files });
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => undefined);
    const current: Turn = { number, isCancelled: false, over: Promise.resolve(), stopped };
    const said = { text: message.text, isFirstTry, attachments };
    const words = () => ({
      ...invokeAgent({ name: session.agentKind ?? "agent", conversationId: sessionId, model: session.model }),
      parent: message.traceparent,
    });
    current.over = inSpan(words, (span) => {
      traceparent = traceparentOf(span);
      return answer(session, into, current, said);
    }).finally(() => {
      traceparent = null;
      if (turn === current) turn = undefined;
      poke();
    });
    turn = current;
  }

  async function answer(
    session: SessionRow,
    into: Recorder,
    current: Turn,
    said: { text: string; isFirstTry: boolean; attachments: { name: string; mimeType: string; data: Buffer }[] },
  ): Promise<void> {
    let stopReason = "failed";
    let failure: driving.TurnEnd["failure"];
    const startedAt = Date.now();
    agent.expect();
    try {
      const { connection, boxes } = await Promise.race([agent.connect(session, into), current.stopped.promise]);
      if (session.mode) await connection.setMode(session.mode).catch(() => undefined);
      const words = await agent.wordsFor(said);
      const placed = await placeFiles(boxes, sessionId, said.attachments);
      if (current.isCancelled) throw notBegun();
      const script = await transact(async (context) => {
        if (await driving.isReview(context, sessionId)) return "";
        return (await readChecks(context, session.workspaceId)).turnCheck;
      });
      const withCheck = { connection, boxes, sessionId, script, into, stopped: current.stopped.promise };
      ({ stopReason } = await answerAndCheck(withCheck, words + placed, said.attachments));
    } catch (error) {
      if (isGone) return;
      if (current.isCancelled) stopReason = "cancelled";
      else into.say({ kind: "error", message: error instanceof AppError ? error.message : "Something failed here." });
      if (!(error instanceof AppError)) log.error({ error, sessionId }, "a turn failed by a fault of ours");
      if (!current.isCancelled)
        failure =
          error instanceof AppError
            ? { code: error.code, message: error.message }
            : { code: "internal", message: "Something failed here; it is tried again in a moment." };
    }
    // Some agents break off, others tell of it and end their turn as if all were well.
    if (!current.isCancelled) failure = agent.refused() ?? failure;
    if (current.hung) failure = { code: "unavailable", message: current.hung };
    // What the worker leaves in the middle is gone on with by whoever takes it up.
    if (isGone) return;
    const outcome = failure ? "failed" : current.isCancelled ? "cancelled" : "ended";
    count("sessionTurns", outcome);
    count("sessionTurnSeconds", outcome, (Date.now() - startedAt) / 1_000);
    into.say({ kind: "turn", state: "ended", stopReason });
    await into.flush();
    await transact((context) => withdrawPermissionsOf(context, sessionId, "The turn ended."));
    await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      if (now) await driving.endTurn(context, now.session, { stopReason, failure });
    });
  }

  async function cancel(current: Turn): Promise<void> {
    if (current.isCancelled) return;
    current.isCancelled = true;
    current.stopped.reject(notBegun());
    const connection = agent.connection();
    // An agent that is too busy to hear it is not waited for.
    const timer = setTimeout(() => void connection?.close(), patienceMs);
    void current.over.finally(() => clearTimeout(timer));
    await Promise.race([connection?.cancel().catch(() => undefined), current.over]);
  }

  async function takeUp(into: Recorder): Promise<void> {
    into.say({ kind: "error", message: "The turn was interrupted. The agent goes on from what it had kept." });
    into.say({ kind: "turn", state: "ended", stopReason: "interrupted" });
    await into.flush();
    const goesOn = await transact((context) => driving.takeUpInterrupted(context, sessionId, holder));
    if (!goesOn) await transact((context) => withdrawPermissionsOf(context, sessionId, "The turn was interrupted."));
    again = true;
  }

  async function remove(session: SessionRow): Promise<void> {
    await agent.shut();
    // Without a sandbox on this machine there is none of it here.
    const box = await deps.openBoxes().catch(() => undefined);
    await box?.remove(sessionId);
    await removeHome(runtime.settings, session);
    await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      if (!now) return;
      await driving.forgetConversation(context, sessionId);
      await driving.moveIfPossible(context, now.session, "removed");
    });
    await over();
  }

  async function leave(): Promise<void> {
    isGone = true;
    await recorder?.flush();
    await agent.shut();
    await transact((context) => driving.handOver(context, holder, sessionId)).catch(() => undefined);
    onOver();
  }

  return {
    poke,
    isWaiting: () => isWaiting,
    async finish() {
      isFinishing = true;
      await working;
      await turn?.over;
      await working;
    },
    leave() {
      leaving ??= leave();
      return leaving;
    },
  };
}

const notBegun = () => new AppError("conflict", "The turn was cancelled before it began.");
