/** A server of the protocol (2025-06-18, by JSON-RPC) as small as can be, whose tools a test chooses. */
export interface Served {
  tools: Record<string, unknown>[];
  call: (name: string, input: unknown) => unknown;
}

/** The answer to one message; undefined for notifications. */
export function answerMessage(
  served: Served,
  message: { id?: unknown; method?: string; params?: Record<string, unknown> },
): unknown {
  if (message.id === undefined) return undefined;
  const reply = (result: unknown) => ({ jsonrpc: "2.0", id: message.id, result });
  if (message.method === "initialize")
    return reply({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "test", version: "1" },
    });
  if (message.method === "tools/list") return reply({ tools: served.tools });
  if (message.method === "tools/call")
    return reply(served.call(String(message.params?.name), message.params?.arguments));
  return { jsonrpc: "2.0", id: message.id, error: { code: -32601, message: "Method not found" } };
}
