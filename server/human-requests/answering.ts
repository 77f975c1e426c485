import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { createPolicy } from "./policies.ts";
import { allowAlways, isToolPermission } from "../policies/granting.ts";
import type { RequestRow } from "./finding.ts";
import { action as actionSchema, type answerInput } from "./schema.ts";
import { answerRequest } from "./service.ts";

/** Answers, and with a yes grants the same from now on where that is asked for. @returns the request's id. */
export async function respond(context: Context, input: z.output<typeof answerInput>): Promise<string> {
  const request = await answerRequest(context, input);
  // Who owns a session decides for its agent's tools; policies on tools check it themselves.
  if (input.alwaysAllow && !isToolPermission(request) && !context.actor.permissions.has("policies:manage"))
    throw new AppError("forbidden", "Only admins grant something for good. Answer without alwaysAllow.");
  if (input.alwaysAllow) await grantAlways(context, request, input.answer, input.alwaysAllow);
  return request.id;
}

async function grantAlways(
  context: Context,
  request: RequestRow,
  answer: unknown,
  { action: pattern, repoId, scope, until }: NonNullable<z.output<typeof answerInput>["alwaysAllow"]>,
): Promise<void> {
  const action = actionSchema.safeParse(request.action).data;
  const isYes = typeof answer === "object" && answer !== null && "approved" in answer && answer.approved === true;
  if (!action || !isYes)
    throw new AppError("invalid", "alwaysAllow goes with a yes to an approval or a permission that names its action.");
  if (isToolPermission(request)) return allowAlways(context, request, { scope, until });
  if (repoId) await requireRepoOf(context, request, repoId);
  const granted = { teamId: request.teamId, repoId, action: pattern ?? action.name, until };
  await createPolicy(context, granted, request.id);
}

async function requireRepoOf({ tx, actor }: Context, request: RequestRow, repoId: string): Promise<void> {
  const [task] = request.taskId
    ? await tx
        .select({ repoId: tasks.repoId })
        .from(tasks)
        .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.id, request.taskId)))
    : [];
  if (task?.repoId !== repoId)
    throw new AppError("not_found", `The task this was asked for has no repository ${repoId}.`);
}
