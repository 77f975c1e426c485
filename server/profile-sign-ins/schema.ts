import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { lastingToken } from "../tokens/schema.ts";

/**
 * A name as profile hosts have it, in the one form we store and ask for: ASCII letters and digits with single signs
 * between them, lower case. Nothing that could be another path, another host, or another name that looks alike.
 */
const profileName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/, "A profile name has letters, digits and single . _ - between them.")
  .transform((name) => name.toLowerCase());

export const initInput = z
  .strictObject({
    user: profileName.describe("The name of your public profile."),
    provider: z.string().max(32).default("github").describe("Where the profile is; `github` unless set up otherwise."),
    invitation: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe("The link of an invitation, or its last part. Needed the first time."),
    org: z.string().min(1).max(100).optional().describe("Slug or id of an organization you are in already."),
  })
  .refine(({ invitation, org }) => (invitation === undefined) !== (org === undefined), {
    message: "Send `invitation` the first time, or `org` when you have signed in before; not both.",
  });
export type InitInput = z.output<typeof initInput>;

export const signatureToPlace = z.object({
  signature: z.string().describe("Place it in your public profile."),
  ticket: z.string().describe("Keep it to yourself; POST /api/auth/verify takes it."),
  places: z.array(z.string()).describe("Addresses of which one has to show the signature."),
  expiresAt: isoTime,
});
export type SignatureToPlace = z.output<typeof signatureToPlace>;

export const verifyInput = z.strictObject({ ticket: z.string().max(200) });

export const verified = lastingToken.extend({
  user: z.object({ id, name: z.string() }),
  org: z.string().describe("The organization the token is for: its slug."),
});
export type Verified = z.output<typeof verified>;
