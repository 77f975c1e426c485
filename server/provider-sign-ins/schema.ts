import { z } from "zod";
import { modelApis, signInStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { saveCredentialInput } from "../credentials/schema.ts";

const endpoint = z.url({ protocol: /^https?$/ }).max(500);

const offered = {
  provider: saveCredentialInput.shape.provider,
  api: z.enum(modelApis).describe("How the provider is spoken to."),
  baseUrl: saveCredentialInput.shape.baseUrl,
  deviceUrl: endpoint.describe("Its device authorization endpoint (RFC 8628)."),
  tokenUrl: endpoint.describe("Its token endpoint."),
  clientId: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .regex(/^[\x21-\x7e]+$/, "A client id has no spaces and only plain characters."),
  scopes: z
    .string()
    .trim()
    .max(500)
    .regex(/^[\x21-\x7e ]*$/, "Scopes are words with spaces between them.")
    .default("")
    .describe("What to ask for, with spaces between; may be empty."),
};

/** A provider at which people sign in with a code. */
const signInProvider = z.object({ id, ...offered, scopes: z.string(), updatedAt: isoTime });
export type SignInProvider = z.output<typeof signInProvider>;
export const setSignInProviderInput = z.strictObject(offered);
export const signInProviderInput = z.strictObject({ signInProviderId: id });
export const signInProviderResult = z.object({ signInProvider });
export const signInProviderList = z.object({ signInProviders: z.array(signInProvider) });

/** A person's sign-in at a provider. */
const providerSignIn = z.object({
  id,
  provider: z.string(),
  status: z
    .enum(signInStatuses)
    .describe("pending: the provider was not told yet; connected: the credential is there."),
  userCode: z.string().describe("What to type at the provider."),
  verificationUri: z.string().describe("Where to type it."),
  verificationUriComplete: z.string().nullable().describe("The same with the code in it."),
  problem: z.string().nullable(),
  expiresAt: isoTime,
});
export type ProviderSignIn = z.output<typeof providerSignIn>;
export const startSignInInput = z.strictObject({ provider: saveCredentialInput.shape.provider });
export const providerSignInInput = z.strictObject({ providerSignInId: id });
export const providerSignInResult = z.object({ providerSignIn });
export const providerSignInList = z.object({
  providers: z.array(signInProvider.pick({ provider: true, baseUrl: true, tokenUrl: true })),
  signIns: z.array(providerSignIn).describe("Yours of the last hour, the newest of each provider."),
});
