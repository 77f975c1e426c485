import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { join, posix } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { create as pack } from "tar";
import { AppError } from "../errors.ts";
import type { BoxProcess } from "../sandbox/box.ts";
import { type ClaudeModule, type ClaudeMessage, claudeMessage, type SpawnRequest } from "./claude-messages.ts";
import { kindOfTool, openUpdates } from "./claude-updates.ts";
import type { AgentConnection, AgentDriver, DriverOptions, PermissionAsk } from "./driver.ts";

/** What the SDK keeps of a conversation, entry by entry, in a place of ours; another process takes it up from there. */
export interface TranscriptStore {
  append(key: object, entries: unknown[]): Promise<void>;
  load(key: object): Promise<unknown[] | null>;
  delete(key: object): Promise<void>;
}

export interface ClaudeSdkOptions {
  /** The folder that the SDK is installed in (`installedAgent`), readable in the sandbox under the same path. */
  folder: string;
  /** Of Claude Code, besides what the sandbox gives: at least ANTHROPIC_BASE_URL and a placeholder ANTHROPIC_API_KEY. */
  env: Record<string, string>;
  store: TranscriptStore;
  /** The folder that is home inside: what is brought from the store is put there. */
  home: string;
}

/** Its first word comes before it has asked its model anything, also on a machine that is busy. */
const startSeconds = 120;

/** Else it looks for updates, reports telemetry and names conversations by a model call of its own (observed). */
const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  DISABLE_AUTOUPDATER: "1",
  // It runs in our sandbox, and may be root of it.
  IS_SANDBOX: "1",
};

/** Drives Claude Code by the Claude Agent SDK: the SDK here, Claude Code itself in the session's sandbox. */
export function claudeSdkDriver(setup: ClaudeSdkOptions): AgentDriver {
  return {
    async connect(options) {
      const sdk = await loadSdk(setup.folder);
      return converse(sdk, setup, options);
    },
  };
}

async function loadSdk(folder: string): Promise<ClaudeModule> {
  const file = join(folder, "node_modules/@anthropic-ai/claude-agent-sdk/sdk.mjs");
  try {
    // The package is not one of ours but installed on demand: its types are those that `ClaudeModule` writes down.
    const found: unknown = await import(/* webpackIgnore: true */ pathToFileURL(file).href);
    if (isSdk(found)) return found;
    throw new Error("it has no query");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "unavailable",
      `The Claude Agent SDK is not installed here: ${why}. install_agent_kind installs it.`,
    );
  }
}

const isSdk = (found: unknown): found is ClaudeModule =>
  typeof found === "object" && found !== null && "query" in found && typeof found.query === "function";

/** One conversation: messages go in by a queue that stays open, what comes out is told as updates. */
async function converse(sdk: ClaudeModule, setup: ClaudeSdkOptions, options: DriverOptions): Promise<AgentConnection> {
  const { folder, env, store, home } = setup;
  const configDir = posix.join(home, ".claude");
  const kept = options.resume ? await store.load({ sessionId: options.resume }) : null;
  // Where nothing was kept it begins anew under another id: Claude Code refuses one that its home knows already.
  const id = (kept && options.resume) ?? randomUUID();
  const messages = openQueue();
  const updates = openUpdates((update) => options.onUpdate(update));
  const gone = Promise.withResolvers<void>();
  let turn:
    | { end: (reason: string) => void; fail: (error: Error) => void; stop: AbortController; isCancelled: boolean }
    | undefined;
  let mode = options.mode ?? "default";
  /** Until all that was given to the store so far is kept. */
  let keeping: Promise<unknown> = Promise.resolve();
  const append: TranscriptStore["append"] = (key, entries) => {
    const kept = store.append(key, entries);
    keeping = Promise.allSettled([keeping, kept]);
    return kept;
  };
  /** Claude Code has said something: it is up. */
  let isUp = false;

  const query = sdk.query({
    prompt: messages,
    options: {
      cwd: options.cwd,
      ...(options.model ? { model: options.model } : {}),
      permissionMode: ownMode(mode),
      settingSources: ["project"],
      systemPrompt: { type: "preset", preset: "claude_code" },
      includePartialMessages: true,
      ...(kept ? { resume: id } : { sessionId: id }),
      sessionStore: { ...store, append, listSubkeys: () => Promise.resolve([]) },
      // In the middle of a turn too: a worker that is killed then loses no more than the last entry.
      sessionStoreFlush: "eager",
      mcpServersDelivery: "initialize",
      mcpServers: Object.fromEntries(
        options.mcpServers.map(({ name, url, headers }) => [name, { type: "http", url, headers }]),
      ),
      env: { ...quiet, ...env, CLAUDE_CONFIG_DIR: configDir },
      pathToClaudeCodeExecutable: join(folder, "node_modules/@anthropic-ai", executableOf(), "claude"),
      spawnClaudeCodeProcess: (request) => {
        const child = spawnInside(request, options, configDir);
        child.on("exit", () => gone.resolve());
        return child;
      },
      // Every tool passes the policies, also those that Claude Code would let through by itself in this mode.
      hooks: { PreToolUse: [{ hooks: [() => Promise.resolve(alwaysAsk)] }] },
      canUseTool: async (name, input, { signal, toolUseID, title }) => {
        const until = AbortSignal.any([signal, ...(turn ? [turn.stop.signal] : [])]);
        const ask = { ...askOf(name, input, { toolId: toolUseID, title }), isCovered: covers(mode, name) };
        // It may take a person hours, and the worker dies meanwhile: what was done before is not forgotten with it.
        await keeping;
        const { decision, note } = await options.askPermission(ask, until);
        if (decision !== "reject") return { behavior: "allow", updatedInput: input };
        const why = note ? `This was declined, with the words: ${note}\n` : "This was not permitted. ";
        return { behavior: "deny", message: `${why}Go on without it, or ask what to do instead.` };
      },
    },
  });

  const reading = read();
  reading.catch(() => undefined);

  async function read(): Promise<void> {
    try {
      for await (const raw of query) {
        const message = claudeMessage.safeParse(raw).data;
        if (message) hear(message);
      }
      turn?.fail(new AppError("unavailable", "Claude Code ended in the middle of its turn."));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      turn?.fail(new AppError("unavailable", `Claude Code broke down: ${why.slice(0, 500)}`));
    } finally {
      gone.resolve();
    }
  }

  function hear(message: ClaudeMessage): void {
    isUp = true;
    updates.tell(message);
    if (message.type !== "result") return;
    if (turn?.isCancelled) turn.end("cancelled");
    else if (message.subtype === "success" && !message.is_error) turn?.end("end_turn");
    else if (message.subtype === "error_max_turns") turn?.end("max_turn_requests");
    else turn?.fail(new AppError("unavailable", wordsOf(message)));
  }

  return {
    id,
    modes: [...modes],
    resumed: kept !== null,
    prompt(text, attachments) {
      const ended = Promise.withResolvers<{ stopReason: string }>();
      const stop = new AbortController();
      const late = new AppError("unavailable", `Claude Code was not ready within ${startSeconds} s.`);
      const timer = setTimeout(() => {
        if (isUp) return;
        turn?.fail(late);
        query.close();
      }, startSeconds * 1_000);
      const over = () => {
        clearTimeout(timer);
        stop.abort();
        turn = undefined;
      };
      turn = {
        stop,
        isCancelled: false,
        end(stopReason) {
          over();
          ended.resolve({ stopReason });
        },
        fail(error) {
          over();
          ended.reject(error);
        },
      };
      messages.push({
        type: "user",
        message: { role: "user", content: [...attachments.flatMap(blockOf), { type: "text", text }] },
        parent_tool_use_id: null,
        session_id: id,
      });
      return ended.promise;
    },
    async cancel() {
      if (!turn) return;
      turn.isCancelled = true;
      turn.stop.abort();
      await query.interrupt();
    },
    async setMode(next) {
      if (next === mode) return;
      mode = next;
      await query.setPermissionMode(ownMode(next));
      options.onUpdate({ kind: "mode", mode: next });
    },
    closed: gone.promise,
    async close() {
      messages.end();
      query.close();
      await Promise.race([gone.promise, reading.catch(() => undefined)]);
    },
  };
}

const alwaysAsk = { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "ask" } };

/** What the mode lets Claude Code do unasked: only our rules may still forbid it. */
const covers = (mode: string, tool: string): boolean =>
  mode === "bypassPermissions" || (mode === "acceptEdits" && kindOfTool(tool) === "edit");

/** Its own way of doing everything asks nobody at all, us neither. */
const ownMode = (mode: string): string => (mode === "bypassPermissions" ? "default" : mode);

const modes = [
  { id: "default", name: "Ask before changes" },
  { id: "acceptEdits", name: "Accept edits" },
  { id: "plan", name: "Plan only" },
  { id: "bypassPermissions", name: "Do everything" },
] as const;

const executableOf = () => `claude-agent-sdk-${process.platform}-${process.arch}`;

const wordsOf = (message: ClaudeMessage & { type: "result" }): string =>
  `Claude Code could not go on: ${(message.result ?? message.errors?.join("; ") ?? message.subtype).slice(0, 500)}`;

/** Images and documents as the Messages API takes them; all else lies in the sandbox. */
function blockOf({ mimeType, data }: { mimeType: string; data: Buffer }): object[] {
  const source = { type: "base64", media_type: mimeType, data: data.toString("base64") };
  if (/^image\/(png|jpeg|gif|webp)$/.test(mimeType)) return [{ type: "image", source }];
  return mimeType === "application/pdf" ? [{ type: "document", source }] : [];
}

function askOf(
  tool: string,
  input: Record<string, unknown>,
  about: { toolId: string; title?: string | undefined },
): PermissionAsk {
  const paths = [input.file_path, input.notebook_path, input.path].filter((path) => typeof path === "string");
  const command = tool === "Bash" && typeof input.command === "string" ? input.command : null;
  return { toolId: about.toolId, title: about.title ?? tool, tool, toolKind: kindOfTool(tool), input, paths, command };
}

/** Messages to the agent, in order; ends when told so. */
function openQueue() {
  const waiting: unknown[] = [];
  let wake = () => {};
  let isOver = false;
  return {
    push(message: unknown) {
      waiting.push(message);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (isOver) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/**
 * A conversation from the store comes as a folder of this machine: it is put where the sandbox sees it. From inside: what
 * lies there may be a link of the agent's, and what is brought is the agent's own to write on. @throws Error in words
 */
async function bring(folder: string, configDir: string, spawn: DriverOptions["spawn"]): Promise<void> {
  const taking = await spawn(["/bin/sh", "-c", 'mkdir -p "$1" && exec tar -xof - -C "$1"', "sh", configDir], {});
  const [problem, { exitCode }] = await Promise.all([
    taking.stderr ? text(taking.stderr) : "",
    taking.exited,
    // A program that ended early takes nothing more: its exit says so.
    pipeline(pack({ cwd: folder, portable: true }, ["."]), taking.stdin).catch(() => undefined),
  ]);
  if (exitCode !== 0) throw new Error(`its conversation could not be brought: ${problem.slice(0, 300)}`);
}

/** Starts Claude Code in the sandbox. The SDK wants a process at once, the sandbox gives one in a moment. */
function spawnInside(
  request: SpawnRequest,
  { spawn, onUpdate }: Pick<DriverOptions, "spawn" | "onUpdate">,
  configDir: string,
) {
  const [stdin, stdout, events] = [new PassThrough(), new PassThrough(), new EventEmitter()];
  let box: BoxProcess | undefined;
  let wish: NodeJS.Signals | undefined;
  const child = {
    ...{ stdin, stdout, killed: false, exitCode: null as number | null },
    kill(signal: NodeJS.Signals) {
      child.killed = true;
      wish = signal;
      box?.kill(signal);
      return true;
    },
    on: (event: string, listener: (...args: unknown[]) => void) => void events.on(event, listener),
    once: (event: string, listener: (...args: unknown[]) => void) => void events.once(event, listener),
    off: (event: string, listener: (...args: unknown[]) => void) => void events.off(event, listener),
  };
  async function start() {
    const env = Object.fromEntries(
      Object.entries(request.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const brought = env.CLAUDE_CONFIG_DIR;
    if (brought && brought !== configDir) await bring(brought, configDir, spawn);
    box = await spawn([request.command, ...request.args], { ...env, CLAUDE_CONFIG_DIR: configDir });
    if (wish) box.kill(wish);
    stdin.pipe(box.stdin);
    box.stdin.on("error", () => stdin.destroy());
    box.stdout.pipe(stdout);
    // Nobody reads it but us: full pipes would stop the agent.
    let last = "";
    box.stderr?.setEncoding("utf8").on("data", (text: string) => {
      last = (last + text).slice(-2_000);
    });
    const { exitCode, killedBy } = await box.exited;
    if (killedBy === "memory" || killedBy === "disk")
      onUpdate({ kind: "error", message: `Claude Code used up its ${killedBy} and was ended.` });
    else if (exitCode && !child.killed)
      onUpdate({ kind: "error", message: `Claude Code ended with ${exitCode}: ${last.slice(-500)}` });
    child.exitCode = exitCode ?? 1;
    events.emit("exit", child.exitCode, null);
  }
  start().catch((error: unknown) => {
    child.exitCode = 1;
    events.emit("error", error instanceof Error ? error : new Error(String(error)));
  });
  return child;
}
