import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { Runtime } from "#server/context.ts";
import { openSecrets } from "#server/keyring.ts";
import { createTestAgent, createTestOrg, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import type { ToolContext, ToolDeps } from "../tool.ts";

/** What tools need of a process, over a test's runtime. */
export function toolDeps(runtime: Runtime): ToolDeps {
  return { runtime, secrets: openSecrets(runtime.settings.dataDir), log: pino({ level: "silent" }) };
}

/** A task in progress by an agent, with an empty workspace of its own. */
export async function openSetting(runtime: Runtime, org?: TestOrg) {
  const { addTask, claim } = workIn(runtime);
  const own = org ?? (await createTestOrg(runtime));
  const agent = await createTestAgent(runtime, own);
  const task = await addTask(own);
  const held = await claim(agent, task.id);
  if (!held) throw new Error("the task could not be claimed");
  const around = mkdtempSync(join(runtime.settings.dataDir, "around-"));
  const workspacePath = join(around, "workspace");
  mkdirSync(workspacePath);
  const context: ToolContext = {
    ...{ orgId: own.orgId, teamId: own.teamId, taskId: task.id, agentId: agent.id, leaseId: held.lease.id, attempt: 1 },
    ...{ workspacePath, signal: new AbortController().signal },
  };
  return { org: own, agent, task, context, workspacePath, around };
}
