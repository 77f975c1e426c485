import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookProvider } from "#db/enums.ts";
import { isSignedByGithub } from "../github/signature.ts";

/** A request as it came, before anything in it is believed. */
export interface Received {
  headers: Headers;
  body: Buffer;
  at: Date;
}

const toleranceSeconds = 300;

/**
 * Whether a request was made by somebody who holds one of the secrets (during a rotation there are several). Every
 * secret is tried, whichever fits, and each comparison takes the same time for any input of its length.
 */
export async function isGenuine(
  provider: WebhookProvider,
  secrets: readonly string[],
  received: Received,
): Promise<boolean> {
  let genuine = false;
  for (const secret of secrets) if (await checks[provider](secret, received)) genuine = true;
  return genuine;
}

const checks: Record<WebhookProvider, (secret: string, received: Received) => boolean | Promise<boolean>> = {
  github: (secret, { headers, body }) => isSignedByGithub(secret, body, headers.get("x-hub-signature-256") ?? ""),
  // GitLab sends its secret as it is, newer ones a signature besides or instead; either shows that it holds the secret.
  gitlab: (secret, received) =>
    isSame(received.headers.get("x-gitlab-token") ?? "", secret) || isSignedByStandard(secret, received),
  generic: (secret, received) => isSignedByStandard(secret, received),
};

/**
 * Standard Webhooks 1.0: `webhook-signature` is a list of `v1,<base64>` over `id.timestamp.body`, HMAC-SHA256 by the bytes
 * that follow `whsec_`; the timestamp may be five minutes off. https://www.standardwebhooks.com
 */
function isSignedByStandard(secret: string, { headers, body, at }: Received): boolean {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers.get(`webhook-${name}`));
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(at.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const expected = signByStandard(secret, { id, timestamp, body });
  let found = false;
  for (const signature of signatures.split(" ").slice(0, 10)) if (isSame(signature, expected)) found = true;
  return found;
}

/** The one signature that fits, in the form of the header. */
export function signByStandard(
  secret: string,
  { id, timestamp, body }: { id: string; timestamp: string; body: Buffer | string },
): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

/** Hashed first, so that texts of different length take the same time too. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash("sha256").update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
