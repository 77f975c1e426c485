import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { acpDriver } from "./acp.ts";
import type { AgentDriver } from "./driver.ts";

/** Loopback ports inside a sandbox under which our services answer. */
export interface ServicePorts {
  model: number;
  mcp: number;
  git: number;
}

export interface Launching {
  kind: string;
  ports: ServicePorts;
  /** The form of API that the session's model is reached by. */
  api: "anthropic" | "openai";
  /** Where the agents' packages are installed: `node_modules/.bin` is in it. */
  installed: string;
}

const root = resolve(import.meta.dirname, "../..");

/** Folders that a sandbox needs to see so that an agent of this kind runs in it. */
export function foldersOf({ kind, installed }: Pick<Launching, "kind" | "installed">): string[] {
  const node = dirname(dirname(process.execPath));
  if (kind !== "entourage") return [node, installed];
  return [node, join(root, "agents/entourage"), join(root, "node_modules"), join(root, "package.json")];
}

/** The way to an agent of this kind. @throws AppError unavailable when it is not installed or not drivable. */
export function driverFor(launching: Launching): AgentDriver {
  const { kind, ports, api, installed } = launching;
  const model = `http://127.0.0.1:${ports.model}`;
  const script = (path: string) => {
    const file = join(installed, "node_modules", path);
    if (!existsSync(file))
      throw new AppError("unavailable", `The agent ${kind} is not installed here. install_agent_kind brings it.`);
    return [process.execPath, file];
  };
  switch (kind) {
    case "entourage":
      return acpDriver(({ model: name }) => ({
        args: [process.execPath, join(root, "agents/entourage/main.ts")],
        env: {
          ...{ ENTOURAGE_MODEL_URL: `${model}/v1`, ENTOURAGE_MODEL_API: api, NODE_NO_WARNINGS: "1" },
          ...(name ? { ENTOURAGE_MODEL: name } : {}),
        },
      }));
    case "claude":
      return acpDriver(({ model: name }) => ({
        args: script("@agentclientprotocol/claude-agent-acp/dist/index.js"),
        env: {
          ...{ ANTHROPIC_BASE_URL: model, ANTHROPIC_API_KEY: "none" },
          ...{ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", ENABLE_TOOL_SEARCH: "false", IS_SANDBOX: "1" },
          ...(name ? { ANTHROPIC_MODEL: name } : {}),
        },
      }));
    case "codex":
      return acpDriver(({ mode }) => ({
        args: script("@agentclientprotocol/codex-acp/dist/index.js"),
        env: {
          ...{
            OPENAI_API_KEY: "none",
            OPENAI_BASE_URL: `${model}/v1`,
            NO_BROWSER: "1",
          },
          INITIAL_AGENT_MODE: mode ?? "read-only",
        },
      }));
    case "gemini":
      return acpDriver(() => ({
        args: [...script("@google/gemini-cli/dist/index.js"), "--acp"],
        env: {
          ...{ GEMINI_API_KEY: "none", GOOGLE_GEMINI_BASE_URL: model, GEMINI_CLI_TRUST_WORKSPACE: "true" },
          ...{ GEMINI_TELEMETRY_ENABLED: "false", NO_BROWSER: "true" },
        },
      }));
    case "opencode":
      return acpDriver(({ model: name }) => ({
        args: [join(installed, "node_modules/.bin/opencode"), "acp"],
        env: {
          ...{
            OPENCODE_DISABLE_AUTOUPDATE: "1",
            OPENCODE_DISABLE_MODELS_FETCH: "1",
            OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
          },
          ...{ OPENCODE_DISABLE_DEFAULT_PLUGINS: "1" },
          OPENCODE_CONFIG_CONTENT: JSON.stringify({
            ...{ autoupdate: false, share: "disabled", ...(name ? { model: `anthropic/${name}` } : {}) },
            provider: { anthropic: { options: { baseURL: `${model}/v1`, apiKey: "none" } } },
            permission: { edit: "ask", bash: "ask", webfetch: "deny" },
          }),
        },
      }));
    default:
      throw new AppError("unavailable", `Sessions with ${kind} cannot be run by this version.`);
  }
}
