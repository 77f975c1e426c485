import { sql } from "drizzle-orm";
import { randomInt } from "node:crypto";
import { type Actor, type Context, type Runtime, systemActor } from "#server/context.ts";
import { readActing } from "#server/agents/acting.ts";
import { findKind } from "#server/drivers/kinds.ts";
import { type AgentConnection } from "#server/drivers/driver.ts";
import { driverFor, foldersOf } from "#server/drivers/launching.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { withdrawPermissionsOf } from "#server/human-requests/service.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { partsOf } from "#server/models/routing.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";
import type { SessionRow } from "#server/sessions/closing.ts";
import * as driving from "#server/sessions/driving.ts";
import { openTranscripts } from "#server/sessions/transcripts.ts";
import { count } from "#server/tally.ts";
import { invokeAgent } from "#server/tracing/gen-ai.ts";
import { inSpan, traceparentOf } from "#server/tracing/spans.ts";
import { cacheEnvironment, openCache } from "#server/workspaces/caches.ts";
import { findReadyWorkspace, findWorkspace } from "#server/workspaces/queries.ts";
import { borrowedObjects } from "#server/workspaces/running.ts";
import { type Doors, openDoors } from "./doors.ts";
import { makeHome, removeHome } from "./home.ts";
import { modelDoor } from "./model-door.ts";
import { findSessionRepo, writeGitSettings } from "./git-door.ts";
import { type Asking, askPerson } from "./permissions.ts";
import { placeFiles } from "./placing-files.ts";
import { openRecorder, type Recorder } from "./recorder.ts";

export interface RunnerDeps {
  runtime: Runtime;
  /** Where agents run. @throws AppError unavailable when there is no sandbox on this machine. */
  openBoxes: () => Promise<BoxProvider>;
  log: Logger;
  /** This worker's own id. */
  holder: string;
  /** Where our own server answers on this machine. */
  web: string;
  /** Where the agents of a kind are installed. */
  installedAt: (kind: string) => string;
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

const limits = { memoryMb: 2_048, cpus: 2, processes: 256, diskMb: 4_096 };
/** A cancelled turn that does not end by itself within this is ended with its agent. */
const patienceMs = 900;
/** An agent that says and does nothing for so long in a turn hangs: the longest command it may run is shorter. */
const silentMs = 30 * 60_000;

interface Turn {
  number: number;
  over: Promise<void>;
  isCancelled: boolean;
  /** Why it was ended, where the agent gave no sign of life. */
  hung?: string;
}

/** Drives one session that this worker holds, from where it stands, until nothing more is to be done for it here. */
export function startRunner(deps: RunnerDeps, held: driving.Held, onOver: () => void): Runner {
  const { runtime, log, holder } = deps;
  const { orgId, sessionId } = held;
  const actor: Actor = { ...systemActor(orgId, sessionId), name: "Session" };
  const transact = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, actor, { requestId: `session-${newId()}` }, work);
  let recorder: Recorder | undefined;
  let boxes: BoxProvider | undefined;
  let doors: Doors | undefined;
  let agent: AgentConnection | undefined;
  let isResumed = false;
  /** Why the last call of a model was not made, or failed. */
  let refused: { code: string; message: string } | undefined;
  let lastSaidAt = Date.now();
  let isWaiting = false;
  let turn: Turn | undefined;
  /** Of the turn that runs: what it calls and uses is found below it. */
  let traceparent: string | null = null;
  let again = false;
  let isGone = false;
  let isFinishing = false;
  let leaving: Promise<void> | undefined;
  let working: Promise<void> | undefined;

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
      await shut().catch(() => undefined);
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
      await shut();
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
    if (turn && status === "running" && Date.now() - lastSaidAt > silentMs) {
      turn.hung = `The agent gave no sign of life for ${silentMs / 60_000} minutes.`;
      recorder.say({ kind: "error", message: turn.hung });
      await cancel(turn);
    }
    if (turn && (cancelTurn === turn.number || !["running", "waiting"].includes(status))) await cancel(turn);
    if (["stopped", "error", "archived"].includes(status)) {
      await shut();
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
      await connect(session, into);
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
    await shut();
    await transition("error", message.slice(0, 1_000));
  }

  async function connect(session: SessionRow, into: Recorder): Promise<AgentConnection> {
    if (agent) return agent;
    await shut();
    const { workspaceId, agentKind, model, mode } = session;
    const workspace = workspaceId ? await transact((context) => findReadyWorkspace(context, workspaceId)) : null;
    const kind = findKind(agentKind);
    if (!kind) throw new AppError("unavailable", `The agent ${agentKind} is not known here any more.`);
    const box = await deps.openBoxes();
    boxes = box;
    const folders = await makeHome(runtime.settings, session);
    const onUsage = (usage: Parameters<Recorder["say"]>[0]) => {
      refused = undefined;
      into.say(usage);
    };
    const onRefused = (failure: NonNullable<typeof refused>) => {
      refused = failure;
    };
    const isOurs = kind.id === "entourage";
    const open = modelDoor(runtime, held, { onUsage, onRefused, isOurs, traceparent: () => traceparent });
    const token = await transact((context) => driving.makeRunToken(context, holder, sessionId));
    const repo = await transact((context) => findSessionRepo(context, workspaceId));
    doors = await openDoors(sessionId, { model: open, web: deps.web, token, repo });
    // Where a sandbox shares the host's loopback, two sessions must not meet.
    const first = box.isolated ? 9_101 : randomInt(20_000, 45_000);
    const ports = { model: first, mcp: first + 1, git: first + 2 };
    const installed = deps.installedAt(kind.id);
    const { git } = doors.sockets;
    const services = [
      { port: ports.model, socket: doors.sockets.model },
      { port: ports.mcp, socket: doors.sockets.mcp },
      ...(git ? [{ port: ports.git, socket: git }] : []),
    ];
    const inside = box.foldersInside(folders);
    const ofGit = await writeGitSettings(runtime.settings, session, {
      ...{ port: ports.git, home: inside.home, kind: kind.id },
    });
    await box.remove(sessionId);
    await box.create({
      ...{ id: sessionId, ...folders, services, limits },
      env: { ...(workspace && box.isolated ? cacheEnvironment : {}), ...ofGit.env },
      readOnly: [
        ...foldersOf({ kind: kind.id, installed }),
        ofGit.folder,
        ...(workspace ? borrowedObjects(runtime.settings, workspace) : []),
      ],
      ...{ writable: workspace ? [await openCache(runtime.settings, workspace)] : [], labels: { orgId, sessionId } },
    });
    await box.start(sessionId);
    const api = await apiOf(session);
    const seen = [
      { at: inside.workspace, host: folders.workspace },
      { at: inside.home, host: folders.home },
    ];
    const transcripts = openTranscripts(runtime, held);
    const driver = driverFor({ kind: kind.id, ports, api, installed, home: inside.home, transcripts });
    const made = await driver.connect({
      spawn: (args, env) => box.spawn(sessionId, { args, env }),
      cwd: inside.workspace,
      mcpServers: [{ name: "entourage", url: `http://127.0.0.1:${ports.mcp}/mcp`, headers: {} }],
      ...{ model: model && partsOf(model).name, mode, resume: session.externalId ?? (await pastOf(session)) },
      onUpdate: (update) => {
        lastSaidAt = Date.now();
        into.say(update);
      },
      askPermission: async (ask, signal) =>
        askPerson({ ...(await askingOf(session, into)), folders: seen }, ask, signal),
    });
    agent = made;
    isResumed = made.resumed;
    void made.closed.then(() => {
      if (agent === made) agent = undefined;
      poke();
    });
    if (session.externalId && !made.resumed)
      into.say({
        kind: "error",
        message: "The agent could not take its conversation up: it begins anew, without memory of what was said.",
      });
    await transact(async (context) => {
      const now = await driving.lockHeld(context, holder, sessionId);
      if (now) await driving.noteConnection(context, now.session, { externalId: made.id, sandboxId: sessionId });
    });
    return made;
  }

  /** An agent of the team asks in its own name: the task it holds waits for the answer. */
  async function askingOf({ agentId }: SessionRow, into: Recorder): Promise<Omit<Asking, "folders">> {
    const agent = agentId ? await transact((context) => readActing(context, agentId)) : undefined;
    const asker = agent?.actor ?? actor;
    return {
      ...{ runtime, actor: asker, sessionId, recorder: into },
      transact: (work) => inTransaction(runtime, asker, { requestId: `session-${newId()}` }, work),
    };
  }

  /** The conversation that a fork goes on from. */
  async function pastOf({ parentId }: SessionRow): Promise<string | null> {
    if (!parentId) return null;
    const [parent] = await transact(({ tx }) =>
      tx.execute<{ id: string | null }>(
        sql`select external_id as id from sessions where org_id = ${orgId} and id = ${parentId}`,
      ),
    );
    return parent?.id ?? null;
  }

  async function apiOf({ model, userId }: SessionRow): Promise<"anthropic" | "openai"> {
    const { provider } = partsOf(model ?? "");
    const [found] = await transact(({ tx }) =>
      tx.execute<{ api: string }>(sql`select api from model_credentials
        where org_id = ${orgId} and provider = ${provider} and removed_at is null and (user_id is null or user_id = ${userId}::uuid)
        order by user_id nulls last limit 1`),
    );
    return found?.api === "anthropic" ? "anthropic" : "openai";
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
    lastSaidAt = Date.now();
    const current: Turn = { number, isCancelled: false, over: Promise.resolve() };
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
    refused = undefined;
    try {
      const connection = await connect(session, into);
      if (session.mode) await connection.setMode(session.mode).catch(() => undefined);
      const words = said.isFirstTry || !isResumed ? said.text : wordsAfter(said.text);
      const placed = boxes ? await placeFiles(boxes, sessionId, said.attachments) : "";
      ({ stopReason } = await connection.prompt(words + placed, said.attachments));
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
    if (refused && !current.isCancelled) failure = refused;
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
    const connection = agent;
    await connection?.cancel().catch(() => undefined);
    const timer = setTimeout(() => void connection?.close(), patienceMs);
    void current.over.finally(() => clearTimeout(timer));
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
    await shut();
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

  /** Ends what runs of it here; its rows and folders stay. */
  async function shut(): Promise<void> {
    const connection = agent;
    agent = undefined;
    if (connection) await Promise.race([connection.close(), new Promise((done) => setTimeout(done, 1_000))]);
    await boxes?.stop(sessionId);
    await doors?.close();
    doors = undefined;
  }

  async function leave(): Promise<void> {
    isGone = true;
    await recorder?.flush();
    await shut();
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

const wordsAfter = (text: string) =>
  `You were interrupted while you worked on what was said last. Look at what is done already, then go on with it:\n\n${text}`;
