import { countUnread } from "../messages/queries.ts";
import { gitCredentialOf } from "../git/lease-password.ts";
import { defineOperation } from "../operation.ts";
import { findTask, lockTask } from "../tasks/finding.ts";
import { cardOf } from "../tasks/queries.ts";
import { taskResult } from "../tasks/schema.ts";
import { moveTask } from "../tasks/service.ts";
import { readClaim } from "./claims.ts";
import { heartbeat as keepAlive } from "./fence.ts";
import { noticeFor } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const claimTask = defineOperation({
  name: "claim_task",
  summary:
    "Take a task to work on it: the named one, or the best ready one for you. You get a lease; nobody else can work on the task while it lives.",
  kind: "command",
  permission: "task:claim",
  input: schema.claimInput,
  output: schema.claimResult,
  run: async (context, { task }) => {
    if (task) return { claim: await readClaim(context, (await service.claimTask(context, task)).id) };
    const grant = await service.claimBest(context);
    return grant ? { claim: await readClaim(context, grant.taskId) } : { claim: null, ...(await noticeFor(context)) };
  },
  // After the receipt, which keeps no secrets: asked again, it is computed again.
  finish: ({ claim, ...told }, _input, { runtime, actor }) =>
    Promise.resolve({
      ...told,
      claim: claim && { ...claim, git: gitCredentialOf(runtime.settings, actor, claim.lease.id) },
    }),
});

export const heartbeat = defineOperation({
  name: "heartbeat",
  summary: "Keep a lease alive. Any other call of yours does so too; needed only while you are silent for long.",
  kind: "command",
  permission: "task:claim",
  hints: { idempotent: true },
  input: schema.heartbeatInput,
  output: schema.heartbeatResult,
  run: async (context, { lease }) => ({
    ...(await keepAlive(context, lease)),
    unread: await countUnread(context),
  }),
});

export const releaseTask = defineOperation({
  name: "release_task",
  summary: "Give a task back unfinished, so that another can take it.",
  kind: "command",
  permission: "task:claim",
  input: schema.releaseInput,
  output: taskResult,
  subject: ({ task }) => task,
  run: async (context, { task: ref, reason }) => {
    const task = await lockTask(context, (await findTask(context, ref)).id);
    await moveTask(context, task, "todo", reason ? { reason } : {});
    return { task: await cardOf(context, task.id) };
  },
});
