import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listApiKeys = defineOperation({
  name: "list_api_keys",
  summary: "List the organization's API keys: what each acts as, its scopes, when it was last used and when it ends.",
  kind: "read",
  permission: "keys:manage",
  input: schema.listApiKeysInput,
  output: schema.apiKeyList,
  run: queries.listApiKeys,
});

export const createApiKey = defineOperation({
  name: "create_api_key",
  summary: "Make an API key for an agent, or for yourself. The key is shown once.",
  kind: "command",
  permission: "keys:manage",
  hints: { secret: true },
  input: schema.createApiKeyInput,
  output: schema.createdApiKey,
  run: async (context, input) => {
    const { id, key } = await service.createApiKey(context, input);
    return { apiKey: await queries.findApiKey(context, id), key };
  },
});

export const rotateApiKey = defineOperation({
  name: "rotate_api_key",
  summary: "Replace an API key by a new one that does the same. The old one stays valid for an hour, a day or a week.",
  kind: "command",
  permission: "keys:manage",
  hints: { secret: true },
  input: schema.rotateApiKeyInput,
  output: schema.rotatedApiKey,
  run: async (context, { apiKeyId, overlap }) => {
    await queries.findApiKey(context, apiKeyId);
    const { id, key } = await service.rotateApiKey(context, apiKeyId, overlap);
    const [apiKey, replaced] = [await queries.findApiKey(context, id), await queries.findApiKey(context, apiKeyId)];
    return { apiKey, key, replaced };
  },
});

export const revokeApiKey = defineOperation({
  name: "revoke_api_key",
  summary: "End an API key for good. Whoever uses it is refused within seconds.",
  kind: "command",
  permission: "keys:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.apiKeyInput,
  output: schema.apiKeyResult,
  run: async (context, { apiKeyId }) => {
    await queries.findApiKey(context, apiKeyId);
    await service.revokeApiKey(context, apiKeyId);
    return { apiKey: await queries.findApiKey(context, apiKeyId) };
  },
});
