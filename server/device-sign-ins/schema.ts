import { z } from "zod";
import { id, isoTime } from "../ids.ts";

/** Names of RFC 8628, so that any client of it works here. */
export const startInput = z.object({
  client_name: z
    .string()
    .trim()
    .max(100)
    .optional()
    .describe("What the person reads who is asked; the program and machine."),
});

export const started = z.object({
  device_code: z.string().describe("Keep it to yourself; the token is asked for with it."),
  user_code: z.string().describe("Show it to the person."),
  verification_uri: z.string().describe("Where they type it."),
  verification_uri_complete: z.string(),
  expires_in: z.int().describe("Seconds."),
  interval: z.int().describe("Seconds to wait between two questions."),
});
export type Started = z.output<typeof started>;

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
export const tokenInput = z.object({
  grant_type: z.literal(grantType),
  device_code: z.string().max(200),
});

export const granted = z.object({
  access_token: z.string().describe("Send it as `Authorization: Bearer …`."),
  token_type: z.literal("Bearer"),
  expires_in: z.int().describe("Seconds."),
  org: z.string().describe("The organization the token is for: its slug."),
});
export type Granted = z.output<typeof granted>;

/** Why there is no token (RFC 8628, section 3.5). */
export type PollError = "authorization_pending" | "slow_down" | "access_denied" | "expired_token";

const userCode = z.string().min(1).max(40).describe("The eight letters that the client shows, such as BCDF-GHJK.");

export const deviceInput = z.strictObject({ userCode });
export const device = z.object({
  clientName: z.string(),
  ip: z.string().describe("Where it asks from."),
  askedAt: isoTime,
  expiresAt: isoTime,
  state: z.enum(["waiting", "approved", "denied", "expired"]),
});
export type Device = z.output<typeof device>;
export const shownDevice = z.object({ device });

export const approveInput = z.strictObject({
  userCode,
  organizationId: id.describe("The organization its token is for."),
});
