import { readActing } from "#server/agents/acting.ts";
import type { Actor, Context } from "#server/context.ts";
import type { AgentConnection } from "#server/drivers/driver.ts";
import { findKind } from "#server/drivers/kinds.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { SessionRow } from "#server/sessions/closing.ts";
import * as driving from "#server/sessions/driving.ts";
import { firstMessage } from "#server/sessions/messages.ts";
import { type BoxedAgent, type BoxedAgentDeps, startBoxedAgent } from "./boxed-agent.ts";
import { type Asking, askPerson } from "./permissions.ts";
import type { Recorder } from "./recorder.ts";

/** Sandbox and agent together, on a machine that is busy. */
const startMs = 4 * 60_000;

/** The agent of one session while this worker drives it: started when it is needed, and anew when it has ended. */
export interface SessionAgent {
  /** It, brought up where it is not. @throws AppError in words, also when it is shut meanwhile */
  connect(session: SessionRow, into: Recorder): Promise<BoxedAgent>;
  /** Undefined: it is not up. */
  connection(): AgentConnection | undefined;
  /** What is said to it: with what it has to know that it does not remember, or that it began before. */
  wordsFor(said: { text: string; isFirstTry: boolean }): Promise<string>;
  /** From here on it is to say something. */
  expect(): void;
  /** Since it last said or did something, in milliseconds. */
  silentMs(): number;
  /** Why the last call of a model since then was not made, or failed. */
  refused(): { code: string; message: string } | undefined;
  /** Ends what runs of it here; its rows and folders stay. */
  shut(): Promise<void>;
}

interface Around {
  actor: Actor;
  transact: <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;
  /** Of the turn that runs. */
  traceparent: () => string | null;
  onGone: () => void;
}

export function openSessionAgent(
  deps: BoxedAgentDeps,
  held: driving.Held,
  { actor, transact, traceparent, onGone }: Around,
): SessionAgent {
  const { runtime, holder } = deps;
  const { sessionId } = held;
  /** With its sandbox and its doors, which stay when it ends by itself. */
  let agent: BoxedAgent | undefined;
  let isUp = false;
  let starting: { made: Promise<BoxedAgent>; stop: AbortController } | undefined;
  /** It begins anew, and knows nothing of what was said before. */
  let isAnew = false;
  let refused: { code: string; message: string } | undefined;
  let lastSaidAt = Date.now();

  async function connect(session: SessionRow, into: Recorder): Promise<BoxedAgent> {
    if (agent && isUp) return agent;
    if (!starting) {
      await shut();
      const stop = new AbortController();
      starting = { stop, made: start(session, into, stop).finally(() => (starting = undefined)) };
    }
    return starting.made;
  }

  async function start(session: SessionRow, into: Recorder, stop: AbortController): Promise<BoxedAgent> {
    const late = new AppError("unavailable", `The agent was not started within ${startMs / 60_000} minutes.`);
    const timer = setTimeout(() => stop.abort(late), startMs);
    const made = await startBoxedAgent(deps, held, {
      ...{ session, transact, signal: stop.signal, traceparent },
      onUsage(usage) {
        refused = undefined;
        into.say(usage);
      },
      onRefused(failure) {
        refused = failure;
      },
      onUpdate(update) {
        lastSaidAt = Date.now();
        into.say(update);
      },
      askPermission: async (folders, ask, signal) =>
        askPerson({ ...(await askingOf(session, into)), folders }, ask, signal),
    }).finally(() => clearTimeout(timer));
    const { connection } = made;
    agent = made;
    isUp = true;
    void connection.closed.then(() => {
      if (agent === made) isUp = false;
      onGone();
    });
    isAnew = session.externalId !== null && !connection.resumed;
    if (isAnew)
      into.say({
        kind: "error",
        message: "The agent could not take its conversation up: it begins anew, without memory of what was said.",
      });
    await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      if (now) await driving.noteConnection(context, now.session, { externalId: connection.id, sandboxId: sessionId });
    });
    return made;
  }

  /** An agent of the team asks in its own name: the task it holds waits for the answer. */
  async function askingOf({ agentId, agentKind }: SessionRow, into: Recorder): Promise<Omit<Asking, "folders">> {
    const acting = agentId ? await transact((context) => readActing(context, agentId)) : undefined;
    const asker = acting?.actor ?? actor;
    return {
      ...{ runtime, actor: asker, sessionId, recorder: into },
      hearsNotes: findKind(agentKind)?.hearsNotes ?? [],
      transact: (work) => inTransaction(runtime, asker, { requestId: `session-${newId()}` }, work),
    };
  }

  async function shut(): Promise<void> {
    starting?.stop.abort(new AppError("unavailable", "The session is driven elsewhere now."));
    await starting?.made.catch(() => undefined);
    const ending = agent;
    agent = undefined;
    isUp = false;
    await ending?.close();
  }

  return {
    connect,
    connection: () => (isUp ? agent?.connection : undefined),
    async wordsFor({ text, isFirstTry }) {
      if (!isAnew) return isFirstTry ? text : wordsAfter(text);
      isAnew = false;
      const first = await transact((context) => firstMessage(context, sessionId));
      return wordsAnew(first === text ? undefined : first, text);
    },
    expect() {
      refused = undefined;
      lastSaidAt = Date.now();
    },
    silentMs: () => Date.now() - lastSaidAt,
    refused: () => refused,
    shut,
  };
}

const wordsAfter = (text: string) =>
  `You were interrupted while you worked on what was said last. Look at what is done already, then go on with it:\n\n${text}`;

const wordsAnew = (first: string | undefined, text: string) =>
  `Your memory of this conversation is lost. Look at what is done already in your working directory, then go on with it.${
    first === undefined ? "" : `\n\nThis was said first:\n\n${first}`
  }\n\nThis was said last:\n\n${text}`;
