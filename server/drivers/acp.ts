import { type Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import * as acp from "@agentclientprotocol/sdk";
import { AppError } from "../errors.ts";
import { inWords } from "./api-errors.ts";
import type { AgentConnection, AgentDriver, DriverOptions, PermissionAnswer } from "./driver.ts";
import { askOf, openTools, updatesOf } from "./acp-updates.ts";

/** What one kind of agent needs to be started. */
export interface AcpLaunch {
  args: string[];
  env: Record<string, string>;
}

const startSeconds = 60;
const tailCharacters = 2_000;

/**
 * Any agent that speaks the Agent Client Protocol, version 1 (https://agentclientprotocol.com). Files and commands are
 * the agent's own business in its sandbox: the client offers none, and what an agent asks for all the same is refused.
 */
export function acpDriver(launchFor: (options: DriverOptions) => AcpLaunch): AgentDriver {
  return { connect: (options) => connectAcp(launchFor(options), options) };
}

async function connectAcp({ args, env }: AcpLaunch, options: DriverOptions): Promise<AgentConnection> {
  const { onUpdate, askPermission, cwd } = options;
  const process = await options.spawn(args, env);
  let errors = "";
  process.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-tailCharacters);
  });
  let turn = new AbortController();
  // What is told again while a conversation is taken up is known already.
  let isTold = false;
  const tools = openTools();
  const app = acp
    .client({ name: "entourage" })
    .onNotification(acp.methods.client.session.update, ({ params }) => {
      if (isTold) for (const update of updatesOf(params.update, tools)) onUpdate(update);
    })
    .onRequest(acp.methods.client.session.requestPermission, async ({ params }) => {
      const { signal } = turn;
      const answer = await askPermission(askOf(params), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      });
      if (answer === undefined || signal.aborted) return { outcome: { outcome: "cancelled" as const } };
      const option = optionFor(answer.decision, params.options);
      // An agent that offers no way to say no is stopped instead.
      if (!option) return { outcome: { outcome: "cancelled" as const } };
      const { note } = answer;
      // The protocol has no place for words with a decision; `_meta` is for those who know it, as our own agent does.
      const _meta = note ? { _meta: { note } } : {};
      return { outcome: { outcome: "selected" as const, optionId: option.optionId }, ..._meta };
    })
    .onRequest(acp.methods.client.fs.writeTextFile, refuseFiles)
    .onRequest(acp.methods.client.fs.readTextFile, refuseFiles);
  const stream = acp.ndJsonStream(Writable.toWeb(process.stdin), webStreamOf(process.stdout));
  const connection = app.connect(stream);
  const { agent } = connection;
  const gone = process.exited.then(({ exitCode, killedBy }) => {
    connection.close();
    const why = killedBy ?? `exit code ${exitCode}`;
    return new AppError("unavailable", `The agent ended (${why}). ${errors.trim().slice(-500)}`.trim());
  });
  /** What the agent answers, or that it is gone: whichever is first. */
  const orGone = async <Result>(answer: Promise<Result>): Promise<Result> => {
    try {
      return await Promise.race([answer, gone.then((error) => Promise.reject(error))]);
    } catch (error) {
      if (error instanceof AppError) throw error;
      // The stream of an agent that died ends a moment before its exit is known, which says more.
      const exit = connection.signal.aborted ? await Promise.race([gone, delay(2_000)]) : undefined;
      throw exit ?? new AppError("unavailable", wordsOf(error));
    }
  };
  const end = () => {
    connection.close();
    process.kill("SIGTERM");
  };

  try {
    const { id, modes, resumed, takes } = await orGone(inTime(begin(agent, options)));
    isTold = true;
    return {
      ...{ id, modes, resumed },
      closed: Promise.race([connection.closed, gone.then(() => undefined)]),
      async prompt(text, attachments) {
        turn = new AbortController();
        const prompt: acp.ContentBlock[] = [
          { type: "text", text },
          ...attachments.flatMap((one) => blockOf(one, takes)),
        ];
        const { stopReason } = await orGone(agent.request(acp.methods.agent.session.prompt, { sessionId: id, prompt }));
        return { stopReason };
      },
      async cancel() {
        turn.abort();
        await agent.notify(acp.methods.agent.session.cancel, { sessionId: id });
      },
      async setMode(modeId) {
        if (!modes.some((one) => one.id === modeId)) return;
        await orGone(inTime(agent.request(acp.methods.agent.session.setMode, { sessionId: id, modeId })));
      },
      close() {
        end();
        return process.exited.then(() => undefined);
      },
    };
  } catch (error) {
    end();
    throw error;
  }

  async function begin(
    context: acp.ClientContext,
    { resume, mode, mcpServers: servers }: DriverOptions,
  ): Promise<Pick<AgentConnection, "id" | "modes" | "resumed"> & { takes: acp.PromptCapabilities }> {
    const { agentCapabilities } = await context.request(acp.methods.agent.initialize, {
      ...{ protocolVersion: acp.PROTOCOL_VERSION, clientInfo: { name: "entourage", version: "1" } },
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    });
    const mcpServers: acp.McpServer[] = servers.map(({ name, url, headers }) => ({
      ...{ type: "http" as const, name, url },
      headers: Object.entries(headers).map(([key, value]) => ({ name: key, value })),
    }));
    const place = { cwd, mcpServers };
    const found =
      resume !== null && agentCapabilities?.loadSession === true
        ? await context
            .request(acp.methods.agent.session.load, { sessionId: resume, ...place })
            .then(({ modes: had }) => ({ sessionId: resume, modes: had }))
            .catch(() => undefined)
        : undefined;
    const begun: acp.NewSessionResponse = found ?? (await context.request(acp.methods.agent.session.new, place));
    const { sessionId: id, modes: state } = begun;
    const resumed = found !== undefined;
    const modes = (state?.availableModes ?? []).map((one) => ({ id: one.id, name: one.name }));
    if (mode !== null && mode !== state?.currentModeId && modes.some((one) => one.id === mode))
      await context.request(acp.methods.agent.session.setMode, { sessionId: id, modeId: mode });
    return { id, modes, resumed, takes: agentCapabilities?.promptCapabilities ?? {} };
  }
}

/** Node's own bridge is typed for another DOM, and errors where an agent that is killed has simply ended. */
function webStreamOf(stream: Readable): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream({
    cancel() {
      isOver = true;
    },
    start(controller) {
      const end = () => {
        if (!isOver) controller.close();
        isOver = true;
      };
      stream.on("data", (chunk: Buffer) => isOver || controller.enqueue(chunk));
      for (const event of ["end", "error", "close"]) stream.on(event, end);
    },
  });
}

/** Agents name their options as they like: what an option does stands in its kind. */
function optionFor(answer: PermissionAnswer["decision"], options: readonly acp.PermissionOption[]) {
  const of = (kind: acp.PermissionOptionKind) => options.find((option) => option.kind === kind);
  if (answer === "reject") return of("reject_once") ?? of("reject_always");
  // "Always" is kept by our policies, where it ends and can be revoked: the agent asks again.
  return of("allow_once") ?? (answer === "allow_always" ? of("allow_always") : undefined);
}

/** Some agents ask even though nothing was offered. The host touches no file at an agent's word. */
function refuseFiles(): never {
  throw acp.RequestError.methodNotFound("fs: use your own tools, the files are beside you");
}

/** More of a text than this the agent reads from the file. */
const mostTextBytes = 100_000;

/** What of a file is shown with the message: as far as the agent takes it. The file itself lies in its sandbox. */
function blockOf(
  { name, mimeType, data }: { name: string; mimeType: string; data: Buffer },
  takes: acp.PromptCapabilities,
): acp.ContentBlock[] {
  if (mimeType.startsWith("image/"))
    return takes.image ? [{ type: "image", mimeType, data: data.toString("base64") }] : [];
  const isText = /^(text\/|application\/(json|xml|x-yaml|yaml|toml)$)/.test(mimeType);
  if (!isText || !takes.embeddedContext || data.length > mostTextBytes) return [];
  const uri = `attachment:///${encodeURIComponent(name)}`;
  return [{ type: "resource", resource: { uri, mimeType, text: data.toString() } }];
}

function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new AppError("unavailable", `The agent was not ready within ${startSeconds} s.`)),
      startSeconds * 1_000,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A protocol error's own words stand in its data, where there are any. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  const data: unknown = "data" in error ? error.data : undefined;
  const details = typeof data === "object" && data !== null && "details" in data ? data.details : undefined;
  if (typeof details !== "string") return inWords(error.message).slice(0, 500);
  // The protocol's own word for any failure of an agent says nothing beside the agent's words.
  return inWords(error.message === "Internal error" ? details : `${error.message}: ${details}`).slice(0, 500);
}
