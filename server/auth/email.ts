import { z } from "zod";

const address = z.email().max(254);

/**
 * An address in the one form we store and compare: NFKC, lower case. Nothing for what is no address, nor for one that
 * becomes another by normalising (a full-width @ or letter): two such texts look alike and are different accounts elsewhere.
 */
export function normalizeEmail(text: string): string | undefined {
  const trimmed = text.trim();
  const normal = trimmed.normalize("NFKC");
  if (normal !== trimmed.normalize("NFC")) return undefined;
  const parsed = address.safeParse(normal.toLowerCase());
  return parsed.success ? parsed.data : undefined;
}
