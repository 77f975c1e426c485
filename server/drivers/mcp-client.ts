import { createHash } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { AppError } from "../errors.ts";
import { guardedFetch } from "../outgoing/guarded-fetch.ts";

/** Where an attached server is and what opens it. */
export interface McpTarget {
  name: string;
  transport: "http" | "stdio";
  url: string | null;
  command: string | null;
  args: readonly string[];
  /** Headers of requests, or variables of the program's environment. */
  secrets: Record<string, string>;
  trustedHosts: readonly string[];
}

export interface McpTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  /** The server says that it changes nothing. */
  isReadOnly: boolean;
  /** SHA-256 of what a model would be told of it. */
  hash: string;
}

const mostTools = 128;
const mostDescription = 8_000;
const mostSchemaBytes = 64 * 1024;
const mostBytes = 12 * 1024 * 1024;

/** The tools a server offers. @throws AppError unavailable, in words for people. */
export async function listMcpTools(target: McpTarget, signal: AbortSignal): Promise<McpTool[]> {
  return withServer(target, signal, async (client) => {
    const { tools } = await client.listTools(undefined, { signal });
    return tools.slice(0, mostTools).map(({ name, description = "", inputSchema, annotations }): McpTool => {
      const isTooLarge = Buffer.byteLength(JSON.stringify(inputSchema)) > mostSchemaBytes;
      const parameters: Record<string, unknown> = isTooLarge ? { type: "object" } : { ...inputSchema };
      const told = { name: clean(name), description: clean(description).slice(0, mostDescription), parameters };
      const hash = createHash("sha256").update(JSON.stringify(told)).digest("hex");
      return { ...told, isReadOnly: annotations?.readOnlyHint === true, hash };
    });
  });
}

/** Calls a tool. @returns its text. @throws AppError invalid with the server's words when the tool says it failed. */
export async function callMcpTool(
  target: McpTarget,
  { name, input }: { name: string; input: Record<string, unknown> },
  signal: AbortSignal,
): Promise<string> {
  return withServer(target, signal, async (client) => {
    const result = await client.callTool({ name, arguments: input }, { signal, timeout: 300_000 });
    const parts = Array.isArray(result.content) ? result.content : [];
    const text = parts.map((part) => textOf(part)).join("\n") || JSON.stringify(result.structuredContent ?? {});
    if (result.isError) throw new AppError("invalid", text.slice(0, 4_000) || `${name} failed.`);
    return text;
  });
}

function textOf(part: unknown): string {
  if (typeof part !== "object" || part === null) return "";
  if ("text" in part && typeof part.text === "string") return part.text;
  const type = "type" in part && typeof part.type === "string" ? part.type : "something";
  return `(${type}, which is not shown)`;
}

/** One connection for one thing to do: nothing of a server stays with us, and one that hangs is left. */
async function withServer<Result>(
  target: McpTarget,
  signal: AbortSignal,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ name: "entourage", version: "1" });
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  stopped.promise.catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const doing = client.connect(transportOf(target), { signal }).then(() => work(client));
    doing.catch(() => undefined);
    return await Promise.race([doing, stopped.promise]);
  } catch (error) {
    if (signal.aborted || error instanceof AppError) throw error;
    const cause = error instanceof Error && error.cause instanceof AppError ? error.cause.message : undefined;
    const why = cause ?? (error instanceof Error ? error.message : String(error));
    throw new AppError("unavailable", `The MCP server ${target.name} did not answer: ${clean(why).slice(0, 300)}`);
  } finally {
    signal.removeEventListener("abort", stop);
    await client.close().catch(() => undefined);
  }
}

function transportOf({ transport, url, command, args, secrets, trustedHosts, name }: McpTarget) {
  if (transport === "stdio") {
    if (!command) throw new AppError("invalid", `The MCP server ${name} has no command.`);
    // What is named here and the few variables every program needs; nothing else of the server's environment.
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: "/nonexistent", LANG: "C.UTF-8", ...secrets };
    return new StdioClientTransport({ command, args: [...args], env, stderr: "ignore", maxBufferSize: mostBytes });
  }
  if (!url) throw new AppError("invalid", `The MCP server ${name} has no address.`);
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: secrets },
    fetch: guardedFetch({ trustedHosts, mostBytes }),
  });
}

const clean = (text: string) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").toWellFormed();
