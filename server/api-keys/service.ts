import { and, eq, gt, inArray, isNull, ne, or } from "drizzle-orm";
import type { KeyOverlap, KeyScope } from "#db/enums.ts";
import { agents, apiKeys } from "#db/schema/organizations.ts";
import type { z } from "zod";
import { endLeasesOf } from "../agents/service.ts";
import { hashSecret } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { makeKey } from "../auth/key.ts";
import type { createApiKeyInput } from "./schema.ts";

/**
 * Makes a key that acts as an agent, or as the person who makes it. Only its hash is stored.
 * @returns its id, and the key, which nobody can read again.
 */
export async function createApiKey(
  context: Context,
  { name, agentId, scopes = agentId ? ["agent"] : ["all"], expiresInDays }: z.output<typeof createApiKeyInput>,
): Promise<{ id: string; key: string }> {
  const { actor, now } = context;
  // The operator may equip agents, but a key that acts as a person needs that person.
  if (actor.kind === "agent" || (actor.kind === "system" && !agentId))
    throw new AppError("forbidden", "Only people make API keys. Ask an owner or admin for one.");
  // What an agent's key is called concerns its team, not the whole organization.
  const team = agentId ? await teamOfLivingAgent(context, agentId) : null;
  const expiresAt = expiresInDays ? new Date(now.getTime() + expiresInDays * 86_400_000) : null;
  return issue(context, team, { name, scopes: [...new Set(scopes)], agentId, expiresAt });
}

/**
 * Replaces a key by a new one of the same name, holder, scopes and length of life; the old one stays valid for the
 * overlap, so that whoever uses it can be told the new one without a gap.
 * @throws AppError forbidden for somebody else's personal key, which would make one act as them; conflict for one that
 * ended or was replaced already.
 */
export async function rotateApiKey(
  context: Context,
  apiKeyId: string,
  overlap: KeyOverlap,
): Promise<{ id: string; key: string }> {
  const { tx, actor, now } = context;
  const [old] = await tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.orgId, actor.orgId), eq(apiKeys.id, apiKeyId)))
    .for("update");
  if (!old || old.revokedAt || (old.expiresAt && old.expiresAt <= now))
    throw new AppError("conflict", "This key has ended. Make a new one with create_api_key.");
  if (old.replacedById)
    throw new AppError("conflict", `This key was replaced already. Replace its successor ${old.replacedById} instead.`);
  if (!old.agentId && (actor.kind !== "user" || old.createdByUserId !== actor.id))
    throw new AppError("forbidden", "A key that acts as a person is replaced by that person only. You may revoke it.");
  if (actor.kind === "agent") throw new AppError("forbidden", "Only people replace API keys. Ask an owner or admin.");
  const team = old.agentId ? await teamOfLivingAgent(context, old.agentId) : null;
  const life = old.expiresAt ? old.expiresAt.getTime() - old.createdAt.getTime() : undefined;
  const { name, scopes, agentId } = old;
  const expiresAt = life === undefined ? null : new Date(now.getTime() + life);
  const made = await issue(context, team, { name, scopes, agentId, expiresAt });
  const ends = Math.min(now.getTime() + overlapMilliseconds[overlap], old.expiresAt?.getTime() ?? Infinity);
  const data = { replacedById: made.id, expiresAt: new Date(ends).toISOString() };
  await record(context, "api_key.rotated", [{ subject: apiKeyId, team, data }]);
  return made;
}

const overlapMilliseconds = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 } satisfies Record<
  KeyOverlap,
  number
>;

async function issue(
  context: Context,
  team: string | null,
  key: { name: string; scopes: KeyScope[]; agentId: string | null; expiresAt: Date | null },
): Promise<{ id: string; key: string }> {
  const { actor } = context;
  const [id, secret] = [newId(), makeKey()];
  const data = {
    ...{ ...key, hash: hashSecret(secret), lastFour: secret.slice(-4) },
    ...{ createdByUserId: actor.kind === "user" ? actor.id : null, expiresAt: key.expiresAt?.toISOString() ?? null },
  };
  await record(context, "api_key.created", [{ subject: id, team, data }]);
  return { id, key: secret };
}

/**
 * Ends a key for good, everywhere within seconds. Ending it twice changes nothing. With the last key of an agent nobody
 * can work in its name any more, so what it holds goes back at once; while it has another key, that one's holder may be
 * the one at work.
 */
export async function revokeApiKey(context: Context, apiKeyId: string): Promise<void> {
  const { tx, actor, now } = context;
  // The agent before its keys: of two who end its last two keys at once, the second sees that none is left.
  await lockHolder(context, apiKeyId);
  const [live] = await tx
    .select({ id: apiKeys.id, team: agents.teamId, agentId: apiKeys.agentId, agentName: agents.name })
    .from(apiKeys)
    .leftJoin(agents, and(eq(agents.orgId, apiKeys.orgId), eq(agents.id, apiKeys.agentId)))
    .where(and(eq(apiKeys.orgId, actor.orgId), eq(apiKeys.id, apiKeyId), isNull(apiKeys.revokedAt)))
    .for("update", { of: apiKeys });
  if (!live) return;
  await record(context, "api_key.revoked", [{ subject: apiKeyId, team: live.team, data: {} }]);
  if (!live.agentId) return;
  const [another] = await tx
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.orgId, actor.orgId),
        eq(apiKeys.agentId, live.agentId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
      ),
    )
    .limit(1);
  if (!another) await endLeasesOf(context, live.agentId, `The last API key of ${live.agentName} was revoked.`);
}

async function lockHolder({ tx, actor }: Context, apiKeyId: string): Promise<void> {
  const key = tx
    .select({ agentId: apiKeys.agentId })
    .from(apiKeys)
    .where(and(eq(apiKeys.orgId, actor.orgId), eq(apiKeys.id, apiKeyId)));
  await tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), inArray(agents.id, key)))
    .for("update");
}

async function teamOfLivingAgent({ tx, actor }: Context, agentId: string): Promise<string> {
  const [agent] = await tx
    .select({ teamId: agents.teamId })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, agentId), ne(agents.status, "archived")));
  if (!agent)
    throw new AppError("not_found", `There is no agent ${agentId} here. list_agents shows the ones there are.`);
  return agent.teamId;
}
