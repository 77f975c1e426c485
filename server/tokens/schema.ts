import { z } from "zod";
import { orgRoles } from "#db/enums.ts";
import { password } from "../auth/schema.ts";
import { id, isoTime } from "../ids.ts";

const orgRef = z
  .string()
  .max(100)
  .optional()
  .describe("Slug or id of the organization the tokens are for. Left out: chosen by each call, or your first.");

export const loginInput = z.strictObject({
  email: z.string().max(254),
  password: z.string().max(200),
  org: orgRef,
});

export const authenticateInput = z.strictObject({
  apiKey: z
    .string()
    .max(200)
    .optional()
    .describe("An API key to exchange. Left out, without e-mail: the one you call with."),
  email: z.string().max(254).optional().describe("A person's e-mail address, with `password`."),
  password: z.string().max(200).optional().describe("Their password."),
  org: orgRef,
});

export const refreshInput = z.strictObject({ refreshToken: z.string().min(1).max(4_096) });

export const resetInput = z.strictObject({ token: z.string().max(200), password });

const user = z.object({ id, name: z.string(), email: z.string() });

/** What signing in gives a client. */
export const tokenPair = z.object({
  accessToken: z.string().describe("Send it as `Authorization: Bearer …`."),
  tokenType: z.literal("Bearer"),
  expiresIn: z.int().describe("Seconds until the access token ends."),
  refreshToken: z.string().describe("Works once, for a new pair."),
  refreshExpiresIn: z.int().describe("Seconds until the refresh token ends."),
});
export type TokenPair = z.output<typeof tokenPair>;

/** What lets somebody in for seven days. There is nothing to refresh it with. */
export const lastingToken = tokenPair.omit({ refreshToken: true, refreshExpiresIn: true });
export type LastingToken = z.output<typeof lastingToken>;

export const signedIn = tokenPair.extend({
  user: user.nullable().describe("Null for the key of an agent."),
  org: z.string().nullable().describe("The organization to begin in: its slug."),
});
export type SignedIn = z.output<typeof signedIn>;

export const profileInput = z.strictObject({});
export const profile = z.object({
  kind: z.enum(["user", "agent", "system"]),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.string().describe("In the organization you act in."),
  orgId: id.nullable(),
  organizations: z.array(z.object({ id, slug: z.string(), name: z.string(), role: z.enum(orgRoles) })),
  keyId: id.nullable().describe("The API key you came with."),
  signedInUntil: isoTime.nullable(),
});
export type Profile = z.output<typeof profile>;

export const updateProfileInput = z.strictObject({
  name: z.string().trim().min(1).max(100).describe("What others see."),
});
export const updatedProfile = z.object({ name: z.string() });
