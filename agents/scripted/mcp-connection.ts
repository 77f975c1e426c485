import { setTimeout as delay } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { newId } from "#server/ids.ts";

/** A tool said no; the code and message are the server's. */
export class ToolRefusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * An agent's line to the server: calls tools by the official MCP client and outlives a restart of the server. A call
 * whose answer was lost is sent again with the same idempotency key, so it happens once.
 */
export class McpConnection {
  readonly #url: URL;
  readonly #key: string;
  readonly #name: string;
  #client: Client | undefined;

  constructor({ url, key, name }: { url: string; key: string; name: string }) {
    this.#url = new URL("/mcp", url);
    this.#key = key;
    this.#name = name;
  }

  /** @throws ToolRefusal when the server refuses; keeps trying while it is not there. */
  async call<Result>(tool: string, input: Record<string, unknown>): Promise<Result> {
    const idempotencyKey = newId();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#callOnce<Result>(tool, input, idempotencyKey);
      } catch (error) {
        if (error instanceof ToolRefusal && !["unavailable", "rate_limited", "internal"].includes(error.code))
          throw error;
        if (attempt >= 120) throw error;
        if (!(error instanceof ToolRefusal)) await this.#disconnect();
        await delay(Math.min(2_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2));
      }
    }
  }

  async #callOnce<Result>(tool: string, input: Record<string, unknown>, idempotencyKey: string): Promise<Result> {
    const client = (this.#client ??= await this.#connect());
    const answer = await client.callTool(
      { name: tool, arguments: input, _meta: { "entourage/idempotencyKey": idempotencyKey } },
      undefined,
      { timeout: 65_000 },
    );
    const content = answer.structuredContent ?? {};
    if (answer.isError) throw toRefusal(content);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server parsed it by the tool's output schema
    return content as Result;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ name: this.#name, version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(this.#url, {
        requestInit: { headers: { authorization: `Bearer ${this.#key}` } },
      }),
    );
    return client;
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close().catch(() => {});
  }
}

function toRefusal(content: unknown): ToolRefusal {
  const { data } = refused.safeParse(content);
  return new ToolRefusal(data?.error.code ?? "internal", data?.error.message ?? "the tool failed");
}
