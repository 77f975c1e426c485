import { defineOperation } from "../operation.ts";
import { listInstalls } from "./queries.ts";
import * as schema from "./schema.ts";
import { requestInstall } from "./service.ts";

export const installAgentKind = defineOperation({
  name: "install_agent_kind",
  summary:
    "Install the programs of a coding agent (Claude Code, Codex, Gemini, OpenCode), so that sessions can run it.",
  kind: "command",
  permission: "agents:manage",
  hints: { idempotent: true },
  input: schema.installInput,
  output: schema.installResult,
  run: async (context, { kind }) => {
    const asked = await requestInstall(context, kind);
    const install = (await listInstalls(context)).find((one) => one.kind === asked);
    if (!install) throw new Error("an installation that was just asked for cannot be read");
    return { install };
  },
});

export const listAgentInstalls = defineOperation({
  name: "list_agent_installs",
  summary: "List the coding agents whose programs were asked for here, and how far each is.",
  kind: "read",
  permission: "org:read",
  input: schema.listInstallsInput,
  output: schema.installList,
  run: async (context) => ({ installs: await listInstalls(context) }),
});
