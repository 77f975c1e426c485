import { z } from "zod";
import { requirePerson } from "../credentials/service.ts";
import { inTransaction } from "../execute.ts";
import { defineOperation } from "../operation.ts";
import { askForCode } from "./asking-server.ts";
import { listOwnSignIns, listSignInProviders, readSignIn, readSignInProvider } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listSignInProvidersOperation = defineOperation({
  name: "list_sign_in_providers",
  summary: "List the providers of models at which people sign in with a code, with their addresses.",
  kind: "read",
  permission: "models:manage",
  input: z.strictObject({}),
  output: schema.signInProviderList,
  run: async (context) => ({ signInProviders: await listSignInProviders(context) }),
});

export const setSignInProviderOperation = defineOperation({
  name: "set_sign_in_provider",
  summary: "Let people sign in at a provider of models with a code (OAuth device flow), or change its addresses.",
  kind: "command",
  permission: "models:manage",
  hints: { idempotent: true },
  input: schema.setSignInProviderInput,
  output: schema.signInProviderResult,
  run: async (context, input) => ({
    signInProvider: await readSignInProvider(context, await service.setSignInProvider(context, input)),
  }),
});

export const removeSignInProviderOperation = defineOperation({
  name: "remove_sign_in_provider",
  summary: "Let nobody sign in at a provider any more; who has done so stays signed in.",
  kind: "command",
  permission: "models:manage",
  hints: { destructive: true },
  input: schema.signInProviderInput,
  output: schema.signInProviderInput,
  run: async (context, { signInProviderId }) => {
    await service.removeSignInProvider(context, signInProviderId);
    return { signInProviderId };
  },
});

export const listProviderSignIns = defineOperation({
  name: "list_provider_sign_ins",
  summary: "List the providers you can sign in at with a code, and how your sign-ins stand.",
  kind: "read",
  permission: "session:use",
  input: z.strictObject({}),
  output: schema.providerSignInList,
  run: listOwnSignIns,
});

export const startProviderSignIn = defineOperation({
  name: "start_provider_sign_in",
  summary: "Begin to sign in at a provider of models: the answer has a code, and the page where you type it.",
  kind: "command",
  permission: "session:use",
  input: schema.startSignInInput,
  output: schema.providerSignInResult,
  run: async (context, { provider }) => {
    requirePerson(context);
    const { api, baseUrl, deviceUrl, tokenUrl, clientId, scopes } = await service.findSignInProvider(context, provider);
    return { provider, api, baseUrl, deviceUrl, tokenUrl, clientId, scopes };
  },
  finish: async (server, _input, { runtime, actor, requestId }) => {
    const given = await askForCode(runtime.settings, server, server.scopes);
    return inTransaction(runtime, actor, { requestId }, async (context) => ({
      providerSignIn: await readSignIn(context, await service.keepSignIn(context, server, given)),
    }));
  },
});

export const cancelProviderSignIn = defineOperation({
  name: "cancel_provider_sign_in",
  summary: "End a sign-in of yours that waits for its code.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.providerSignInInput,
  output: schema.providerSignInResult,
  run: async (context, { providerSignInId }) => {
    await service.cancelSignIn(context, providerSignInId);
    return { providerSignIn: await readSignIn(context, providerSignInId) };
  },
});
