import type { PolicyScope } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { RequestRow } from "../human-requests/finding.ts";
import { permissionData } from "./schema.ts";
import { findSessionOf, setPolicy } from "./service.ts";

/** Whether a request is one of an agent's tool: "always" then sets policies on tools, for what was asked and nothing else. */
export const isToolPermission = (request: RequestRow): boolean => permissionData.safeParse(request.data).success;

/**
 * Allows from now on exactly what was asked: in the session, for its agent, or in the whole team.
 * @throws AppError invalid where it cannot be named exactly, forbidden for who may not decide there
 */
export async function allowAlways(
  context: Context,
  request: RequestRow,
  { scope = "session", until }: { scope?: PolicyScope | undefined; until: string | null },
): Promise<void> {
  const { permission } = permissionData.parse(request.data);
  const session = await findSessionOf(context, permission.sessionId);
  const scopeId = { session: session.id, agent: session.agentId, team: session.teamId }[scope];
  if (!scopeId)
    throw new AppError("invalid", "This session has no agent of the team. Allow it in the session or the team.");
  if (!permission.rules)
    throw new AppError(
      "invalid",
      "This cannot be allowed for good, as no pattern names it exactly. Allow it this once, or set a policy.",
    );
  for (const rule of permission.rules)
    await setPolicy(
      context,
      { ...rule, scope, scopeId, effect: "allow", note: request.title.slice(0, 500), until },
      request.id,
    );
}
