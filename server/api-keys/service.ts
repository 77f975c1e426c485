import { and, eq, isNull, ne } from "drizzle-orm";
import { agents, apiKeys } from "#db/schema/organizations.ts";
import type { z } from "zod";
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
  const id = newId();
  const key = makeKey();
  const expiresAt = expiresInDays ? new Date(now.getTime() + expiresInDays * 86_400_000).toISOString() : null;
  await record(context, "api_key.created", [
    {
      subject: id,
      team,
      data: {
        name,
        hash: hashSecret(key),
        lastFour: key.slice(-4),
        scopes: [...new Set(scopes)],
        agentId,
        createdByUserId: actor.kind === "user" ? actor.id : null,
        expiresAt,
      },
    },
  ]);
  return { id, key };
}

/** Ends a key for good, everywhere within seconds. Ending it twice changes nothing. */
export async function revokeApiKey(context: Context, apiKeyId: string): Promise<void> {
  const { tx, actor } = context;
  const [live] = await tx
    .select({ id: apiKeys.id, team: agents.teamId })
    .from(apiKeys)
    .leftJoin(agents, and(eq(agents.orgId, apiKeys.orgId), eq(agents.id, apiKeys.agentId)))
    .where(and(eq(apiKeys.orgId, actor.orgId), eq(apiKeys.id, apiKeyId), isNull(apiKeys.revokedAt)))
    .for("update", { of: apiKeys });
  if (live) await record(context, "api_key.revoked", [{ subject: apiKeyId, team: live.team, data: {} }]);
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
