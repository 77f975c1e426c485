import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import type { z } from "zod";
import type { RequestKind } from "#db/enums.ts";
import { approvalPolicies } from "#db/schema/human-requests.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findReadyRepo } from "../repos/queries.ts";
import { findTeam } from "../teams/finding.ts";
import type { Action, policyInput } from "./schema.ts";

type PolicyRow = typeof approvalPolicies.$inferSelect;

/**
 * Grants an action from now on without asking. @returns the policy's id.
 * @throws AppError forbidden for keys, invalid for a moment in the past, not_found for the team or repository.
 */
export async function createPolicy(
  context: Context,
  { teamId, repoId, action, until }: z.output<typeof policyInput>,
  requestId: string | null = null,
): Promise<string> {
  // Else who asks with a key would be granted what they asked for with that key, in two steps.
  if (context.actor.keyId)
    throw new AppError("forbidden", "A standing permission is not given with a key. Give it in the dashboard.");
  await findTeam(context, teamId);
  if (repoId && (await findReadyRepo(context, repoId)).teamId !== teamId)
    throw new AppError("not_found", `There is no repository ${repoId} in this team. list_repos shows what there is.`);
  if (until && new Date(until) <= context.now) throw new AppError("invalid", "until: that moment is over.");
  const id = newId();
  await record(context, "policy.created", [
    { subject: id, team: teamId, data: { repoId, action, requestId, expiresAt: until } },
  ]);
  return id;
}

/** Ends a standing permission. What it has granted stays granted. */
export async function revokePolicy(context: Context, id: string): Promise<void> {
  const { tx, actor } = context;
  const [policy] = await tx
    .select()
    .from(approvalPolicies)
    .where(and(eq(approvalPolicies.orgId, actor.orgId), eq(approvalPolicies.id, id)))
    .for("update");
  if (!policy || !(actor.teams === "all" || actor.teams.includes(policy.teamId)))
    throw new AppError("not_found", `There is no policy ${id} here. list_approval_policies shows those that hold.`);
  if (policy.revokedAt) return;
  await record(context, "policy.revoked", [{ subject: id, team: policy.teamId, data: {} }]);
}

interface Asked {
  kind: RequestKind;
  teamId: string;
  repoId: string | null;
  action: Action | undefined;
}

/** The standing permission that covers an action; shared until the commit, so that none is revoked at the same moment. */
export async function matchPolicy({ tx, actor, now }: Context, asked: Asked): Promise<PolicyRow | undefined> {
  const { action, kind } = asked;
  if (!action || (kind !== "approval" && kind !== "permission")) return undefined;
  const live = await tx
    .select()
    .from(approvalPolicies)
    .where(
      and(
        eq(approvalPolicies.orgId, actor.orgId),
        eq(approvalPolicies.teamId, asked.teamId),
        isNull(approvalPolicies.revokedAt),
        or(isNull(approvalPolicies.expiresAt), gt(approvalPolicies.expiresAt, now)),
        or(isNull(approvalPolicies.repoId), asked.repoId ? eq(approvalPolicies.repoId, asked.repoId) : undefined),
      ),
    )
    .orderBy(asc(approvalPolicies.id))
    .for("share");
  return live.find(
    ({ repoId, actionPattern }) => (!repoId || repoId === asked.repoId) && covers(actionPattern, action.name),
  );
}

/** Whether a pattern names an action; `*` stands for anything, all else for itself. */
export function covers(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === name;
  const tail = rest.pop() ?? "";
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > name.length - tail.length) return false;
    at = found + part.length;
  }
  return true;
}
