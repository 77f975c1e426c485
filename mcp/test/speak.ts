import {
  type ClientCapabilities,
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const identity = { name: "test", version: "1" };
const keyIn = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });

/** A client of the newer era by its official library. */
export async function connectModern(url: URL, key: string, capabilities: ClientCapabilities = {}) {
  const client = new ModernClient(identity, { capabilities, versionNegotiation: { mode: { pin: "2026-07-28" } } });
  return { client, connect: () => client.connect(new ModernTransport(url, keyIn(key))) };
}

/** A client of the older era by the official library of that era. */
export async function connectOlder(url: URL, key: string, capabilities: Record<string, object> = {}) {
  const client = new OlderClient(identity, { capabilities });
  return { client, connect: () => client.connect(new OlderTransport(url, keyIn(key))) };
}

export interface Answer {
  status: number;
  result: Record<string, unknown>;
  error: { code: number; message: string; data?: unknown };
}

/** The newer era word by word, for what no library says of itself. */
export function speak(url: URL, key: string, capabilities: Record<string, unknown> = {}) {
  let id = 0;
  return async (method: string, params: Record<string, unknown> = {}): Promise<Answer> => {
    const name = params.name ?? params.uri ?? params.taskId;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        ...(typeof name === "string" && { "mcp-name": name }),
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: ++id,
        method,
        params: {
          ...params,
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": identity,
            "io.modelcontextprotocol/clientCapabilities": capabilities,
          },
        },
      }),
    });
    const text = await response.text();
    // A call that said something before it answered comes as a stream whose last message is the answer.
    const last = text.startsWith("{") ? text : (text.split("\n").findLast((line) => line.startsWith("data: {")) ?? "");
    return { status: response.status, ...JSON.parse(last.replace(/^data: /, "")) };
  };
}
