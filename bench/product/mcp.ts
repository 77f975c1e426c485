import { type Agent, request } from "node:http";
import type { Request } from "../load/autocannon.ts";

const protocol = "2026-07-28";

/** A tool call as an agent's client sends it, in the revision without sessions. */
export function toolCall(
  url: string,
  apiKey: string,
  name: string,
  input: Record<string, unknown> = {},
): Request & { body: string } {
  const about = {
    "io.modelcontextprotocol/protocolVersion": protocol,
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return {
    url: `${url}/mcp`,
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": protocol,
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name, arguments: input, _meta: about },
    }),
  };
}

/** Sends it over a connection of its own; resolves with the text of the answer, and when it was there. */
export function send(agent: Agent, { url, method, headers = {}, body }: Request & { body: string }) {
  return new Promise<{ text: string; at: number }>((resolve, reject) => {
    const sent = request(
      url,
      { agent, method, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => (text += part));
        answer.on("end", () => {
          if (answer.statusCode === 200) resolve({ text, at: performance.now() });
          else reject(new Error(`${answer.statusCode}: ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
