import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Tool } from "./tools.ts";

interface Server {
  name: string;
  url: string;
  headers: { name: string; value: string }[];
}

/** The tools of the given servers. One that cannot be reached is left out, with a word in the log. */
export async function mcpTools(servers: readonly Server[]): Promise<Tool[]> {
  const found = await Promise.all(
    servers.map((server) =>
      toolsOf(server).catch((error: unknown) => {
        process.stderr.write(`The MCP server ${server.name} cannot be used: ${String(error)}\n`);
        return [];
      }),
    ),
  );
  return found.flat();
}

async function toolsOf({ name, url, headers }: Server): Promise<Tool[]> {
  const client = new Client({ name: "entourage-agent", version: "1" });
  const requestInit = { headers: Object.fromEntries(headers.map((one) => [one.name, one.value])) };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  const { tools } = await client.listTools();
  return tools.map(
    (tool): Tool => ({
      name: `mcp__${name}__${tool.name}`.slice(0, 64),
      description: tool.description ?? tool.name,
      kind: tool.annotations?.readOnlyHint === true ? "read" : "other",
      parameters: { ...tool.inputSchema },
      title: () => `${name}: ${tool.name}`,
      paths: () => [],
      run: async (input, signal) => {
        const given = typeof input === "object" && input !== null ? { ...input } : {};
        const result = await client.callTool({ name: tool.name, arguments: given }, { signal, timeout: 300_000 });
        const parts = Array.isArray(result.content) ? result.content : [];
        const text = parts.map((part) => (part.type === "text" ? part.text : JSON.stringify(part))).join("\n");
        if (result.isError) throw new Error(text || "It failed.");
        return { text: text || JSON.stringify(result.structuredContent ?? {}) };
      },
    }),
  );
}
