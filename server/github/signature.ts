import { sign, verify } from "@octokit/webhooks-methods";

/**
 * Whether GitHub signed these bytes with this secret (`X-Hub-Signature-256`, HMAC-SHA256 in hex, compared in constant
 * time). Bytes that are no UTF-8 were not sent by GitHub.
 */
export async function isSignedByGithub(secret: string, body: Buffer, signature: string): Promise<boolean> {
  // An empty body or header is a TypeError there; here it is simply unsigned.
  if (body.length === 0 || signature === "") return false;
  return verify(secret, body.toString("utf8"), signature);
}

/** Signs as GitHub does: for tests, figures and the stand-in. */
export const signAsGithub = (secret: string, body: string): Promise<string> => sign(secret, body);
