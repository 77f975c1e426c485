import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { agents } from "#db/schema/organizations.ts";
import { toolPolicies } from "#db/schema/policies.ts";
import { sessions } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findSeen } from "../sessions/driven.ts";
import { noSession } from "../sessions/queries.ts";
import { findTeam } from "../teams/finding.ts";
import type { setPolicyInput } from "./schema.ts";

/** Nobody reads more than this, and every decision would. */
const mostPerScope = 300;

type NewPolicy = z.output<typeof setPolicyInput>;

/**
 * Sets what tools may do in a team, of an agent, or in a session; the same pattern again changes what is there.
 * @returns the policy's id.
 * @throws AppError forbidden for who may not decide there and for keys that would allow, invalid for a moment in the past
 * or an access of what is no path, not_found for the team, agent or session.
 */
export async function setPolicy(context: Context, input: NewPolicy, requestId: string | null = null): Promise<string> {
  const { tx, actor, now } = context;
  const { scope, scopeId, effect, subject, access, pattern, note, until } = input;
  if (access && subject !== "path") throw new AppError("invalid", "access goes with a path; leave it out.");
  if (until && new Date(until) <= now) throw new AppError("invalid", "until: that moment is over.");
  const teamId = await requireScope(context, { scope, scopeId });
  // Else who asks with a key would be granted what they asked for with that key, in two steps.
  if (actor.keyId && effect === "allow")
    throw new AppError("forbidden", "Nothing is allowed for good with a key. Do it in the dashboard.");
  const key = `${actor.orgId}|${scopeId}|tool policies`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  const there = await tx
    .select()
    .from(toolPolicies)
    .where(and(eq(toolPolicies.orgId, actor.orgId), eq(toolPolicies.scopeId, scopeId), isNull(toolPolicies.removedAt)));
  const same = there.find((one) => one.subject === subject && one.access === access && one.pattern === pattern);
  if (!same && there.length >= mostPerScope)
    throw new AppError("conflict", `${mostPerScope} policies hold here. Remove some, or say several in one pattern.`);
  const id = same?.id ?? newId();
  await record(context, "tool_policy.set", [
    {
      subject: id,
      team: teamId,
      data: { scope, scopeId, effect, subject, access, pattern, note, requestId, expiresAt: until },
    },
  ]);
  context.hints.push({ topic: "policies_changed", orgId: actor.orgId });
  return id;
}

/** Ends a policy. @throws AppError not_found, forbidden for who may not decide there. */
export async function removePolicy(context: Context, id: string): Promise<void> {
  const { tx, actor } = context;
  const [policy] = await tx
    .select()
    .from(toolPolicies)
    .where(and(eq(toolPolicies.orgId, actor.orgId), eq(toolPolicies.id, id)))
    .for("update");
  if (!policy || !(actor.teams === "all" || actor.teams.includes(policy.teamId)))
    throw new AppError("not_found", `There is no policy ${id} here. list_policies shows those that hold.`);
  if (policy.removedAt) return;
  await requireScope(context, policy);
  if (actor.keyId && policy.effect !== "allow")
    throw new AppError("forbidden", "A policy that protects is not removed with a key. Do it in the dashboard.");
  await record(context, "tool_policy.removed", [{ subject: id, team: policy.teamId, data: {} }]);
  context.hints.push({ topic: "policies_changed", orgId: actor.orgId });
}

/** Whoever manages policies decides everywhere; the owner of a session in that session. @returns the team it is in. */
async function requireScope(
  context: Context,
  { scope, scopeId }: Pick<NewPolicy, "scope" | "scopeId">,
): Promise<string> {
  const { actor } = context;
  const manages = actor.permissions.has("policies:manage");
  if (scope === "session") {
    const session = await findSeen(context, scopeId);
    if (manages || session.userId === actor.id) return session.teamId;
    throw new AppError("forbidden", "Only the owner of a session and admins decide what its agent may do.");
  }
  const teamId = scope === "team" ? (await findTeam(context, scopeId)).id : await teamOfAgent(context, scopeId);
  if (manages) return teamId;
  throw new AppError(
    "forbidden",
    `Only admins decide this for ${scope === "team" ? "a team" : "an agent"}. In a session of your own you do.`,
  );
}

/** A session the actor sees. @throws AppError not_found, the same for missing and foreign. */
export async function findSessionOf({ tx, actor }: Context, id: string) {
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, id)));
  if (!session || !(actor.teams === "all" || actor.teams.includes(session.teamId))) throw noSession(id);
  return session;
}

async function teamOfAgent({ tx, actor }: Context, id: string): Promise<string> {
  const [agent] = await tx
    .select({ teamId: agents.teamId })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, id)));
  if (!agent || !(actor.teams === "all" || actor.teams.includes(agent.teamId)))
    throw new AppError("not_found", `There is no agent ${id} here. list_agents shows yours.`);
  return agent.teamId;
}
