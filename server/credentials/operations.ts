import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { defineOperation, type FinishContext } from "../operation.ts";
import { testEndpoint } from "./asking-provider.ts";
import { listCredentials, listHeldByMembers, listOwnCredentials, lockCredential, readCredential } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listCredentialsOperation = defineOperation({
  name: "list_credentials",
  summary: "List the organization's keys at providers of models: whether they work, never the keys themselves.",
  kind: "read",
  permission: "models:manage",
  input: schema.listCredentialsInput,
  output: schema.credentialList,
  run: async (context) => ({
    credentials: await listCredentials(context),
    ofMembers: await listHeldByMembers(context),
  }),
});

export const saveCredentialOperation = defineOperation({
  name: "save_credential",
  summary: "Save a key for a provider of models; it is tested with the provider first, and never shown again.",
  kind: "command",
  permission: "models:manage",
  hints: { secret: true, idempotent: true },
  input: schema.saveCredentialInput,
  output: schema.credentialResult,
  run: (_context, input) => {
    service.requireFittingName(input);
    return Promise.resolve({});
  },
  finish: async (_decided, { evenIfRefused, ...saved }, context) => {
    const tested = await test(saved, evenIfRefused, context);
    return store(context, (own) => service.saveCredential(own, saved, tested));
  },
});

export const rotateCredentialOperation = defineOperation({
  name: "rotate_credential",
  summary: "Give a provider's credential a new key; it is tested first, and the old one is forgotten.",
  kind: "command",
  permission: "models:manage",
  hints: { secret: true, idempotent: true },
  input: schema.rotateCredentialInput,
  output: schema.credentialResult,
  run: async (context, { credentialId }) => {
    const { api, baseUrl } = await lockCredential(context, credentialId);
    return { api, baseUrl };
  },
  finish: async ({ api, baseUrl }, { credentialId, key, evenIfRefused }, context) => {
    const tested = await test({ api, baseUrl, key }, evenIfRefused, context);
    return store(context, async (own) => {
      await service.rotateCredential(own, { credentialId, key }, tested);
      return credentialId;
    });
  },
});

export const removeCredentialOperation = defineOperation({
  name: "remove_credential",
  summary: "Forget a provider's key, the organization's or one of a member's own; nothing is called with it any more.",
  kind: "command",
  permission: "models:manage",
  hints: { destructive: true },
  input: schema.credentialInput,
  output: schema.removedCredential,
  run: async (context, { credentialId }) => {
    const locked = await lockCredential(context, credentialId, "any");
    await service.removeCredential(context, locked);
    return { credentialId, provider: locked.provider };
  },
});

export const listOwnCredentialsOperation = defineOperation({
  name: "list_own_credentials",
  summary: "List your own keys at providers of models, and the providers that the organization has a key of.",
  kind: "read",
  permission: "session:use",
  input: schema.listCredentialsInput,
  output: schema.ownCredentialList,
  run: async (context) => ({
    credentials: await listOwnCredentials(context),
    shared: (await listCredentials(context)).map(({ provider, api, baseUrl }) => ({ provider, api, baseUrl })),
  }),
});

export const saveOwnCredentialOperation = defineOperation({
  name: "save_own_credential",
  summary: "Save a key of your own: the calls of your free sessions go with it, and nobody else uses or reads it.",
  kind: "command",
  permission: "session:use",
  hints: { secret: true, idempotent: true },
  input: schema.saveCredentialInput,
  output: schema.credentialResult,
  run: async (context, input) => {
    service.requirePerson(context);
    service.requireFittingName(input);
    await service.requireOwnAddress(context, input);
    return {};
  },
  finish: async (_decided, { evenIfRefused, ...saved }, context) => {
    const tested = await test(saved, evenIfRefused, context);
    return store(context, (own) => service.saveCredential(own, { ...saved, userId: own.actor.id }, tested));
  },
});

export const removeOwnCredentialOperation = defineOperation({
  name: "remove_own_credential",
  summary: "Forget a key of your own; your free sessions go with the organization's again.",
  kind: "command",
  permission: "session:use",
  hints: { destructive: true },
  input: schema.credentialInput,
  output: schema.removedCredential,
  run: async (context, { credentialId }) => {
    const locked = await lockCredential(context, credentialId, { userId: context.actor.id });
    await service.removeCredential(context, locked);
    return { credentialId, provider: locked.provider };
  },
});

/** The provider is asked outside of any transaction. @throws AppError invalid with what it answered, unless told to save anyway. */
async function test(endpoint: schema.Endpoint, evenIfRefused: boolean, { runtime }: FinishContext) {
  const tested = await testEndpoint(endpoint, runtime.settings);
  if (tested.ok || evenIfRefused) return tested;
  throw new AppError(
    "invalid",
    `Nothing was saved: ${new URL(endpoint.baseUrl).host} was asked for its models. ${tested.answer} Check the key and the address. Sent again with evenIfRefused it is saved all the same.`,
    { possible: "evenIfRefused" },
  );
}

function store({ runtime, actor, requestId }: FinishContext, keep: (context: Context) => Promise<string>) {
  return inTransaction(runtime, actor, { requestId }, async (context) => ({
    credential: await readCredential(context, await keep(context)),
  }));
}
