import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { respondToRequest } from "#server/human-requests/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import * as sessions from "#server/sessions/operations.ts";
import { bringAgent, openConversations, soon } from "./test/conversing.ts";

const kinds = ["claude", "codex", "gemini", "opencode"] as const;
const agents: Record<string, string> = {};
for (const kind of kinds) agents[kind] = await bringAgent(kind);
const { run, lab, startWorker, open } = await openConversations({ agents });
const usage = { input: 1_000, output: 50 };

/** How each is told to write a file, and what its model is reached by. */
const ways = {
  claude: { api: "anthropic", provider: "anthropic", model: "claude-sonnet-5-5" },
  codex: { api: "openai_compatible", provider: "openai", model: "gpt-5-codex" },
  gemini: { api: "openai_compatible", provider: "google", model: "gemini-2.5-pro", baseUrl: lab.googleUrl },
  opencode: { api: "openai_compatible", provider: "openai", model: "gpt-4.1" },
} as const;

const work = "/work";

const writing = (tools: readonly string[]): LabAnswer => {
  const name = tools.find((tool) => /^(Write|write|write_file|exec_command|shell|shell_command)$/.test(tool)) ?? "?";
  const [path, content] = [join(work, "hello.txt"), "hello\n"];
  if (name === "write") return { toolCalls: [{ name, input: { filePath: path, content } }] };
  if (/^write/i.test(name)) return { toolCalls: [{ name, input: { file_path: path, content } }] };
  const line = "printf 'hello\\n' > hello.txt";
  const asked = { sandbox_permissions: "require_escalated", justification: "To write the file." };
  return {
    toolCalls: [{ name, input: name === "exec_command" ? { cmd: line, ...asked } : { command: line, ...asked } }],
  };
};

/** Write a file, call a tool of ours, say so: by whatever the agent calls its tools. */
function script({ tools, toolResults }: LabRequest): LabAnswer {
  if (tools.length === 0) return { text: "A title" };
  if (toolResults === 0) return { text: "I write. ", ...writing(tools), usage };
  const teams = tools.find((tool) => tool.endsWith("list_teams")) ?? "no list_teams";
  if (toolResults === 1) return { toolCalls: [{ name: teams, input: {} }], usage };
  return { text: "All done.", usage };
}

test.for(kinds)(
  "%s over ACP: asked and allowed it writes, calls our tool, is cancelled, and remembers",
  async (kind) => {
    lab.answerWith(script);
    const session = await open({ ...ways[kind], agentKind: kind, prompt: "SCRIPT please: write hello.txt" });
    const { org, input, read, said, updates, ended, files, send } = session;
    const worker = startWorker();
    const answered = new Set<string>();
    /** A person who says yes to whatever is asked. */
    const saying = setInterval(() => void sayYes().catch(() => undefined), 300);
    async function sayYes() {
      for (const one of await updates())
        if (one.kind === "permission" && one.status === "pending" && !answered.has(one.requestId)) {
          answered.add(one.requestId);
          expect(existsSync(join(files, "hello.txt")), "not before it was allowed").toBe(answered.size > 1);
          await run(respondToRequest, org.owner, { request: one.requestId, answer: { approved: true } });
        }
    }
    try {
      await ended();
    } finally {
      clearInterval(saying);
    }
    expect(await readFile(join(files, "hello.txt"), "utf8")).toBe("hello\n");
    expect(answered.size).toBeGreaterThan(0);
    expect(lab.requests.at(-1)?.texts.join(" "), "what our tool answered").toContain("Core");
    expect(await said()).toContain("All done.");
    expect((await read()).costMicros).toBeGreaterThan(0);

    const varied = Array.from({ length: 800 }, (_, n) => `${n} is a number. `).join("");
    lab.answerWith(() => ({ text: varied, pieceDelayMs: 20, usage }));
    await send("Count.");
    await vi.waitFor(async () => expect(await said()).toContain("3 is a number"), soon);
    await run(sessions.cancelSessionTurn, org.owner, input);
    await ended(2);
    expect((await updates()).findLast((one) => one.kind === "turn")).toMatchObject({ stopReason: "cancelled" });

    await worker.stop();
    lab.answerWith(({ texts }) => ({ text: texts.join(" ").includes("SCRIPT please") ? "I remember." : "I forgot." }));
    await send("What did I say first?");
    startWorker();
    await ended(3);
    expect(await said()).toMatch(/I remember\.$/);
  },
);
