import { z } from "zod";
import { keyOverlaps, keyScopes } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

const named = z.object({ id, name: z.string() });

export const apiKey = z.object({
  id,
  name: z.string(),
  lastFour: z.string().describe("Its last four characters, to recognise it by."),
  scopes: z.array(z.enum(keyScopes)),
  agent: named.nullable().describe("Acts as this agent; null: as the person who made it."),
  createdBy: named.nullable(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  lastUsedAt: isoTime.nullable(),
  replacedById: id.nullable().describe("The key that takes its place; this one ends at `expiresAt`."),
  status: z
    .enum(["active", "expired", "revoked", "suspended"])
    .describe("Suspended: the person who made it is deactivated, or its agent is archived."),
});
export type ApiKey = z.output<typeof apiKey>;

export const listApiKeysInput = z.strictObject({
  agentId: id.optional().describe("Only the keys of this agent."),
  ended: z.boolean().default(false).describe("Also the revoked and expired ones."),
});
export const apiKeyList = z.object({ apiKeys: z.array(apiKey) });

export const createApiKeyInput = z.strictObject({
  name: z.string().trim().min(1).max(100).describe("What it is for, such as the machine that uses it."),
  agentId: id.nullable().default(null).describe("The agent it acts as. Left out: it acts as you, with your role."),
  scopes: z
    .array(z.enum(keyScopes))
    .min(1)
    .max(keyScopes.length)
    .optional()
    .describe(
      "`all`: whatever its holder may; `agent`: tasks, messages, reviews; `read`: reading. Left out: `agent` for an agent's key, else `all`.",
    ),
  expiresInDays: z.int().min(1).max(3650).nullable().default(null).describe("Left out: it does not expire."),
});
export const createdApiKey = z.object({
  apiKey,
  key: z.string().describe("The key itself. It is shown this once and cannot be read again."),
});

export const rotateApiKeyInput = z.strictObject({
  apiKeyId: id,
  overlap: z.enum(keyOverlaps).default("24h").describe("How long the old key stays valid beside the new one."),
});
export const rotatedApiKey = createdApiKey.extend({ replaced: apiKey.describe("The old key, with its end.") });

export const apiKeyInput = z.strictObject({ apiKeyId: id });
export const apiKeyResult = z.object({ apiKey });
