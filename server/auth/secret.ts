import { createHash } from "node:crypto";

/** What is stored instead of a key, or of the token of an invitation. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
