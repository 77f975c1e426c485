import { McpConnection } from "../../../agents/scripted/mcp-connection.ts";

// An agent as a process of its own, over MCP: waits for work, asks about the first task it gets, and writes a line of
// JSON for everything it is told. Killed and started again it does the same: what it asked before is not asked twice.

const [, , url = "", key = "", way = "ask"] = process.argv;
const server = new McpConnection({ url, key, name: "asker" });
const say = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(line)}\n`);

interface Told {
  work: { kind: string; request?: { answer: unknown }; task?: { number: number } | null } | null;
}

for (;;) {
  const { work } = await server.call<Told>("wait_for_work", { timeoutSeconds: 10 });
  say({ got: work?.kind ?? null, answer: work?.request?.answer ?? null, task: work?.task?.number ?? null });
  if (work?.kind === "answer") process.exit(0);
  if (way !== "ask" || work?.kind !== "task") continue;
  const asked = await server.call<{ status: string; request: string; answer: unknown }>("ask_human", {
    title: "Blue or green?",
    timeoutSeconds: 50,
  });
  say({ asked: asked.request, status: asked.status, answer: asked.answer });
  process.exit(0);
}
