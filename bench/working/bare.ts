import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acpDriver } from "#server/drivers/acp.ts";
import { claudeSdkDriver } from "#server/drivers/claude-sdk.ts";
import type { AgentDriver } from "#server/drivers/driver.ts";

export type Kind = "entourage" | "claude-sdk";

interface Bare {
  kind: Kind;
  /** Of the stand-in for the model, without `/v1`. */
  models: string;
  model: string;
  installed: string;
  mcp: { url: string; key: string };
}

/** The agent as somebody starts it by hand: a plain process beside us, told one thing, with our tools by a key. */
export async function workBare({ kind, models, model, installed, mcp }: Bare, text: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "entourage-bench-bare-"));
  const script = join(import.meta.dirname, "../../agents/entourage/main.ts");
  const ours = {
    ...{ ENTOURAGE_MODEL_URL: `${models}/v1`, ENTOURAGE_MODEL_API: "anthropic", ENTOURAGE_MODEL: model },
    NODE_NO_WARNINGS: "1",
  };
  const claudes = {
    ...{ ANTHROPIC_BASE_URL: models, ANTHROPIC_API_KEY: "none", ENABLE_TOOL_SEARCH: "false" },
    CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false",
  };
  const forgetful = {
    append: () => Promise.resolve(),
    load: () => Promise.resolve(null),
    delete: () => Promise.resolve(),
  };
  const driver: AgentDriver =
    kind === "entourage"
      ? acpDriver(() => ({ args: [process.execPath, script], env: ours }))
      : claudeSdkDriver({ folder: installed, env: claudes, store: forgetful, home: root });
  const agent = await driver.connect({
    ...{ cwd: root, model, mode: kind === "entourage" ? "auto" : "bypassPermissions", resume: null },
    mcpServers: [{ name: "entourage", url: mcp.url, headers: { authorization: `Bearer ${mcp.key}` } }],
    spawn: ([program = "", ...args], given) => {
      const child = spawn(program, args, { cwd: root, env: { ...process.env, HOME: root, ...given }, stdio: "pipe" });
      const exited = once(child, "exit").then(() => ({ exitCode: child.exitCode }));
      const { stdin, stdout, stderr } = child;
      return Promise.resolve({ stdin, stdout, stderr, exited, resize() {}, kill: () => void child.kill() });
    },
    onUpdate: () => undefined,
    askPermission: () => Promise.resolve({ decision: "allow_once" as const }),
  });
  await agent.prompt(text, []);
  await agent.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
