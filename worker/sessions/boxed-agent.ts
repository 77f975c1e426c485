import { sql } from "drizzle-orm";
import { randomInt } from "node:crypto";
import type { Context, Runtime } from "#server/context.ts";
import { findKind } from "#server/drivers/kinds.ts";
import type { AgentConnection, DriverOptions } from "#server/drivers/driver.ts";
import { driverFor, foldersOf } from "#server/drivers/launching.ts";
import { AppError } from "#server/errors.ts";
import { partsOf } from "#server/models/routing.ts";
import type { BoxExit, BoxProvider } from "#server/sandbox/box.ts";
import { firstOwnPort } from "#server/sandbox/own-ports.ts";
import { tellRefused } from "#server/security/telling.ts";
import type { SessionRow } from "#server/sessions/closing.ts";
import type { Held } from "#server/sessions/driving.ts";
import * as driving from "#server/sessions/driving.ts";
import { openTranscripts } from "#server/sessions/transcripts.ts";
import { cacheEnvironment, openCache } from "#server/workspaces/caches.ts";
import { findReadyWorkspace, readChecks } from "#server/workspaces/queries.ts";
import { borrowedObjects } from "#server/workspaces/running.ts";
import { type Doors, openDoors } from "./doors.ts";
import { findSessionRepo, writeGitSettings } from "./git-door.ts";
import { makeHome } from "./home.ts";
import { modelDoor } from "./model-door.ts";
import type { SeenFolder } from "#server/policies/paths.ts";

/** An agent of a session in its sandbox, with the doors to what is ours. */
export interface BoxedAgent {
  connection: AgentConnection;
  boxes: BoxProvider;
  /** Ends all of it that this worker brought up. */
  close(): Promise<void>;
}

export interface BoxedAgentDeps {
  runtime: Runtime;
  /** Where agents run. @throws AppError unavailable when there is no sandbox on this machine. */
  openBoxes: () => Promise<BoxProvider>;
  /** This worker's own id. */
  holder: string;
  /** Where our own server answers on this machine. */
  web: string;
  /** Where the agents of a kind are installed. */
  installedAt: (kind: string) => string;
}

interface Given extends Required<Pick<Parameters<typeof modelDoor>[2], "onUsage" | "onRefused" | "traceparent">> {
  session: SessionRow;
  transact: <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;
  onUpdate: DriverOptions["onUpdate"];
  askPermission: (
    folders: readonly SeenFolder[],
    ...asked: Parameters<DriverOptions["askPermission"]>
  ) => ReturnType<DriverOptions["askPermission"]>;
  /** Ends when nobody wants the agent here any more: what is begun of it is ended. */
  signal: AbortSignal;
}

const limits = { memoryMb: 2_048, cpus: 2, processes: 256, diskMb: 4_096 };

/**
 * Brings up the sandbox of a session and its agent in it, which takes its conversation up where it has one. What another
 * worker left of it is removed before. @throws AppError in words, the reason of the signal where it ended; nothing is left
 * running then.
 */
export async function startBoxedAgent(deps: BoxedAgentDeps, held: Held, given: Given): Promise<BoxedAgent> {
  const { signal } = given;
  const boxes = await deps.openBoxes();
  const opened: Doors[] = [];
  const end = async (connection?: AgentConnection) => {
    if (connection) await Promise.race([connection.close(), new Promise((done) => setTimeout(done, 1_000))]);
    await boxes.stop(held.sessionId, { own: true });
    for (const doors of opened) await doors.close();
  };
  const unwanted = Promise.withResolvers<never>();
  // An engine may take long to answer, and nobody waits for it: what comes of it all the same is ended.
  const onAbort = () => unwanted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  const bringing = bringUp(deps, held, { ...given, boxes }, (doors) => opened.push(doors));
  try {
    const connection = await Promise.race([bringing, unwanted.promise]);
    return { connection, boxes, close: () => end(connection) };
  } catch (error) {
    void bringing.then(end, () => end()).catch(() => undefined);
    await end().catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function bringUp(
  { runtime, holder, web, installedAt }: BoxedAgentDeps,
  held: Held,
  given: Given & { boxes: BoxProvider },
  onOpened: (doors: Doors) => void,
): Promise<AgentConnection> {
  const { sessionId } = held;
  const { session, transact, signal, boxes, onUsage, onRefused, traceparent } = given;
  const { workspaceId, agentKind, model, mode } = session;
  const workspace = workspaceId ? await transact((context) => findReadyWorkspace(context, workspaceId)) : null;
  const kind = findKind(agentKind);
  if (!kind) throw new AppError("unavailable", `The agent ${agentKind} is not known here any more.`);
  const folders = await makeHome(runtime.settings, session);
  const open = modelDoor(runtime, held, { onUsage, onRefused, traceparent, isOurs: kind.id === "entourage" });
  const token = await transact((context) => driving.makeRunToken(context, holder, sessionId));
  const repo = await transact((context) => findSessionRepo(context, workspaceId));
  signal.throwIfAborted();
  const doors = await openDoors(sessionId, { model: open, web, token, repo });
  onOpened(doors);
  // Where a sandbox shares the host's loopback, two sessions must not meet.
  const first = boxes.isolated ? firstOwnPort : randomInt(20_000, 45_000);
  const ports = { model: first, mcp: first + 1, git: first + 2 };
  const installed = installedAt(kind.id);
  const { git } = doors.sockets;
  const services = [
    { port: ports.model, socket: doors.sockets.model },
    { port: ports.mcp, socket: doors.sockets.mcp },
    ...(git ? [{ port: ports.git, socket: git }] : []),
  ];
  const inside = boxes.foldersInside(folders);
  const { commitCheck } = await transact((context) => readChecks(context, workspaceId));
  const ofGit = await writeGitSettings(runtime.settings, session, {
    ...{ port: ports.git, home: inside.home, kind: kind.id, commitCheck },
  });
  await boxes.remove(sessionId);
  signal.throwIfAborted();
  const isReadOnly = await transact((context) => driving.isReview(context, sessionId));
  await boxes.create({
    ...{ id: sessionId, ...folders, services, limits, isReadOnly },
    env: { ...(workspace && boxes.isolated ? cacheEnvironment : {}), ...ofGit.env },
    readOnly: [
      ...foldersOf({ kind: kind.id, installed }),
      ofGit.folder,
      ...(workspace ? borrowedObjects(runtime.settings, workspace) : []),
    ],
    writable: workspace ? [await openCache(runtime.settings, workspace)] : [],
    labels: { orgId: held.orgId, sessionId },
  });
  await boxes.start(sessionId);
  signal.throwIfAborted();
  const api = await apiOf(given, held);
  const seen = [
    { at: inside.workspace, host: folders.workspace },
    { at: inside.home, host: folders.home },
  ];
  const transcripts = openTranscripts(runtime, held);
  const driver = driverFor({ kind: kind.id, ports, api, installed, home: inside.home, transcripts });
  return driver.connect({
    spawn: async (args, env) => {
      const program = await boxes.spawn(sessionId, { args, env });
      void program.exited.then(({ killedBy }) => tellLimit(runtime, held, killedBy));
      return program;
    },
    cwd: inside.workspace,
    mcpServers: [{ name: "entourage", url: `http://127.0.0.1:${ports.mcp}/mcp`, headers: {} }],
    ...{ model: model && partsOf(model).name, mode, resume: session.externalId ?? (await pastOf(given, held)) },
    onUpdate: given.onUpdate,
    askPermission: (ask, until) => given.askPermission(seen, ask, until),
  });
}

/** An agent that used up what its sandbox may use stands in the audit. */
async function tellLimit(runtime: Runtime, { orgId, sessionId }: Held, killedBy: BoxExit["killedBy"]): Promise<void> {
  if (killedBy !== "memory" && killedBy !== "disk") return;
  const words = `Its agent used more than ${killedBy === "memory" ? `${limits.memoryMb} MB of memory` : `${limits.diskMb} MB of disk`} and was ended.`;
  await tellRefused(runtime, orgId, { what: "sandbox", by: { sessionId }, words });
}

/** The conversation that a fork goes on from. */
async function pastOf({ session: { parentId }, transact }: Given, { orgId }: Held): Promise<string | null> {
  if (!parentId) return null;
  const [parent] = await transact(({ tx }) =>
    tx.execute<{ id: string | null }>(
      sql`select external_id as id from sessions where org_id = ${orgId} and id = ${parentId}`,
    ),
  );
  return parent?.id ?? null;
}

async function apiOf(
  { session: { model, userId }, transact }: Given,
  { orgId }: Held,
): Promise<"anthropic" | "openai"> {
  const { provider } = partsOf(model ?? "");
  const [found] = await transact(({ tx }) =>
    tx.execute<{ api: string }>(sql`select api from model_credentials
      where org_id = ${orgId} and provider = ${provider} and removed_at is null and (user_id is null or user_id = ${userId}::uuid)
      order by user_id nulls last limit 1`),
  );
  return found?.api === "anthropic" ? "anthropic" : "openai";
}
