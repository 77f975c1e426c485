import { z } from "zod";
import { credentialForms, credentialStatuses, type ModelApi, modelApis } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

/** What a credential tells: never its key. */
export const credential = z.object({
  id,
  provider: z.string().describe("What models are named after: anthropic in anthropic/claude-sonnet-5-5."),
  form: z
    .enum(credentialForms)
    .describe("sign_in: tokens of a sign-in with a code, renewed as long as the provider lets us."),
  api: z.enum(modelApis),
  baseUrl: z.string(),
  lastFour: z.string().nullable().describe("The end of the key; null: it has none."),
  status: z.enum(credentialStatuses).describe("refused: the provider does not take the key; save it anew."),
  problem: z.string().nullable(),
  testAnswer: z.string().describe("What the provider answered when it was saved."),
  models: z.array(z.string()).describe("The models the provider listed then."),
  goneModels: z.array(z.string()).describe("Models the provider does not know any more."),
  pausedUntil: isoTime.nullable().describe("The provider is left alone until then, as it asked or because it failed."),
  pauseReason: z.string().nullable(),
  createdAt: isoTime,
  updatedAt: isoTime,
});
export type Credential = z.output<typeof credential>;

const key = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .regex(/^[\x21-\x7e]+$/, "A key has no spaces and only plain characters.");

export const listCredentialsInput = z.strictObject({});
/** That a person has a key of their own: never what it is, what it may do, or how its provider answers. */
const heldByMember = credential
  .pick({ id: true, provider: true, status: true, createdAt: true })
  .extend({ userId: id, userName: z.string() });
export type HeldByMember = z.output<typeof heldByMember>;
export const credentialList = z.object({
  credentials: z.array(credential),
  ofMembers: z
    .array(heldByMember)
    .describe("Who has a key of their own; only they use it, and it can be removed here."),
});

export const ownCredentialList = z.object({
  credentials: z.array(credential),
  shared: z
    .array(credential.pick({ provider: true, api: true, baseUrl: true }))
    .describe("Providers that the organization has a key of: it is used where you have none of your own."),
});

export const saveCredentialInput = z.strictObject({
  api: z.enum(modelApis).describe("How the provider is spoken to."),
  provider: z
    .string()
    .trim()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "Use small letters, digits and dashes, 40 at most.")
    .describe("What to call it, such as anthropic, openai, openrouter or ollama. Models are named after it."),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .describe("Where it is: https://api.anthropic.com/v1, https://api.openai.com/v1, http://localhost:11434."),
  key: key.nullable().default(null).describe("Null where the provider asks for none."),
  evenIfRefused: z.boolean().default(false).describe("Save it also when the provider does not answer or refuses it."),
});
export const rotateCredentialInput = z.strictObject({
  credentialId: id,
  key,
  evenIfRefused: z.boolean().default(false),
});
export const credentialInput = z.strictObject({ credentialId: id });
export const credentialResult = z.object({ credential });
export const removedCredential = z.object({ credentialId: id, provider: z.string() });

/** Where a provider is, how it is spoken to, and with which key: only in memory, for a call. */
export interface Endpoint {
  api: ModelApi;
  baseUrl: string;
  key: string | null;
}
