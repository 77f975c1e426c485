import { createInterface } from "node:readline";
import { answerMessage } from "./protocol.ts";

// A program that is an MCP server: it tells its environment, so that a test sees what it was given.
const served = {
  tools: [{ name: "environment", description: "Tells its environment.", inputSchema: { type: "object" } }],
  call: () => ({ content: [{ type: "text", text: JSON.stringify(process.env) }] }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const answer = answerMessage(served, JSON.parse(line));
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
