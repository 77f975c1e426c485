import type { z } from "zod";
import type { Context } from "../context.ts";
import { defineOperation } from "../operation.ts";
import { readPause } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const pauseWork = defineOperation({
  name: "pause_work",
  summary:
    "Stop new work at once, in the whole organization, one team or of one agent; `hard` also takes back what is running.",
  kind: "command",
  permission: "work:pause",
  hints: { idempotent: true },
  input: schema.pauseInput,
  output: schema.pauseResult,
  run: async (context, input) => answer(context, input, await service.pauseWork(context, input)),
});

export const resumeWork = defineOperation({
  name: "resume_work",
  summary: "Let work start again, in the whole organization, one team or of one agent.",
  kind: "command",
  permission: "work:pause",
  hints: { idempotent: true },
  input: schema.resumeInput,
  output: schema.pauseResult,
  run: async (context, input) => {
    await service.resumeWork(context, input);
    return answer(context, input, 0);
  },
});

async function answer(context: Context, scope: z.output<typeof schema.resumeInput>, revoked: number) {
  return { paused: await readPause(context, scope), revoked };
}
