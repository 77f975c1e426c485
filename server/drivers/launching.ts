import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { acpDriver } from "./acp.ts";
import { claudeSdkDriver, type TranscriptStore } from "./claude-sdk.ts";
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
  /** The folder that is home in the sandbox, as it is seen there. */
  home: string;
  /** Where an agent that keeps its conversation with us keeps it. */
  transcripts: TranscriptStore;
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
  const { kind, ports, api, installed, home, transcripts } = launching;
  const model = `http://127.0.0.1:${ports.model}`;
  const requireInstalled = (path: string) => {
    const file = join(installed, "node_modules", path);
    if (installed && existsSync(file)) return file;
    throw new AppError("unavailable", `The agent ${kind} is not installed here. install_agent_kind brings it.`);
  };
  const script = (path: string) => [process.execPath, requireInstalled(path)];
  const claude = {
    ...{ ANTHROPIC_BASE_URL: model, ANTHROPIC_API_KEY: "none", IS_SANDBOX: "1" },
    ...{ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", ENABLE_TOOL_SEARCH: "false" },
    // It would ask its model after each turn what a person might say next, which nobody is shown here (seen).
    CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false",
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
        env: { ...claude, ...(name ? { ANTHROPIC_MODEL: name } : {}) },
      }));
    case "claude-sdk":
      requireInstalled("@anthropic-ai/claude-agent-sdk/sdk.mjs");
      return claudeSdkDriver({ folder: installed, env: claude, store: transcripts, home });
    case "codex":
      return acpDriver(({ model: name, mode }) => ({
        args: insideWith(join(home, ".codex/config.toml"), codexSettings(model, name), script(codex)),
        env: {
          OPENAI_API_KEY: "none",
          NO_BROWSER: "1",
          MODEL_PROVIDER: "entourage",
          INITIAL_AGENT_MODE: mode ?? "read-only",
        },
      }));
    case "gemini":
      return acpDriver(({ model: name }) => ({
        args: insideWith(join(home, ".gemini/settings.json"), geminiSettings, [
          ...["/bin/sh", "-c", keepingGeminiChats, "sh"],
          ...[...script(gemini), "--acp"],
        ]),
        env: {
          ...{ GEMINI_API_KEY: "none", GOOGLE_GEMINI_BASE_URL: model, GEMINI_CLI_TRUST_WORKSPACE: "true" },
          ...{ GEMINI_TELEMETRY_ENABLED: "false", NO_BROWSER: "true", ...(name ? { GEMINI_MODEL: name } : {}) },
        },
      }));
    case "opencode":
      return acpDriver(({ model: name }) => ({
        args: [requireInstalled(opencode), "acp"],
        env: {
          ...{ OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" },
          ...{ OPENCODE_DISABLE_LSP_DOWNLOAD: "1", OPENCODE_DISABLE_DEFAULT_PLUGINS: "1" },
          OPENCODE_CONFIG_CONTENT: opencodeSettings(`${model}/v1`, api, name),
        },
      }));
    default:
      throw new AppError("unavailable", `Sessions with ${kind} cannot be run by this version.`);
  }
}

const codex = "@agentclientprotocol/codex-acp/dist/index.js";
const gemini = "@google/gemini-cli/bundle/gemini.js";
/** What its own script would start, which asks for a script to be run at its installation. */
const opencode = `opencode-${process.platform}-${process.arch}/bin/opencode`;

/** Starts a program whose settings are a file. It is written from inside: what lies there may be a link of the agent's. */
const insideWith = (file: string, settings: string, command: string[]): string[] => [
  ...["/bin/sh", "-c", 'mkdir -p "${1%/*}" && printf %s "$2" > "$1" && shift 2 && exec "$@"', "sh"],
  ...[file, settings, ...command],
];

/** Plugins, apps and the rest of these look servers up that cannot be reached from inside (observed). */
const codexSettings = (url: string, name: string | null): string => `${name ? `model = ${JSON.stringify(name)}\n` : ""}
model_provider = "entourage"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[features]
plugins = false
apps = false
[model_providers.entourage]
name = "Entourage"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
requires_openai_auth = false
`;

const geminiSettings = JSON.stringify({
  security: { auth: { selectedType: "gemini-api-key" } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { disableAutoUpdate: true, enableAutoUpdate: false, enableAutoUpdateNotification: false },
});

/**
 * Gemini CLI 0.61 writes what it keeps of a conversation into a file named after the minute in which it was started, and
 * empties that file when it takes the conversation up within the same minute: `session/load` then answers with an internal
 * error (seen). It finds the conversation under any other name of the kind, by what is written in it.
 */
const keepingGeminiChats =
  'for f in "$HOME"/.gemini/tmp/*/chats/session-[1-9]*.jsonl; do [ -e "$f" ] && mv -n "$f" "${f%/*}/session-0-${f##*-}"; done; exec "$@"';

/** A model that its own list does not have is called all the same when it is named here. */
function opencodeSettings(url: string, api: Launching["api"], name: string | null): string {
  const options = { baseURL: url, apiKey: "none" };
  const provider = {
    ...{ npm: api === "anthropic" ? "@ai-sdk/anthropic" : "@ai-sdk/openai-compatible", name: "Entourage", options },
    models: name ? { [name]: { name } } : {},
  };
  return JSON.stringify({
    ...{ autoupdate: false, share: "disabled", provider: { entourage: provider } },
    ...(name ? { model: `entourage/${name}`, small_model: `entourage/${name}` } : {}),
    // Everything is asked of us: policies let through what nobody need see.
    permission: { "*": "ask", webfetch: "deny" },
  });
}
