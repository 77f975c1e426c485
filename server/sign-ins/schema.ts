import { z } from "zod";
import { password } from "../auth/schema.ts";
import { signInKinds } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

export const signIn = z.object({
  id,
  kind: z.enum(signInKinds).describe("`token`: a client that signed in for tokens; else a browser."),
  createdAt: isoTime,
  lastSeenAt: isoTime,
  expiresAt: isoTime,
  userAgent: z.string(),
  ip: z.string(),
  isThis: z.boolean().describe("The one you are asking with."),
});
export type SignIn = z.output<typeof signIn>;

export const none = z.strictObject({});
export const signInList = z.object({ signIns: z.array(signIn) });
export const signInInput = z.strictObject({ signInId: id });
export const changePasswordInput = z.strictObject({
  current: z.string().max(200).default("").describe("Empty only when you never had one."),
  next: password,
});
export const changed = z.object({ ended: z.int().describe("How many other sign-ins of yours were ended.") });
export const done = z.object({});
