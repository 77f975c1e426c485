import { createHmac, randomInt } from "node:crypto";
import type { Settings } from "../context.ts";
import { signingOf } from "../auth/signing.ts";

/** Consonants that look and sound like no other: no vowels, so no words come out (RFC 8628, section 6.1). 20^8 ≈ 2.6 · 10^10. */
const letters = "BCDFGHJKLMNPQRSTVWXZ";
const length = 8;

/** A fresh code for people: eight letters. */
export const makeUserCode = (): string =>
  Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join("");

/** As it is shown: `BCDF-GHJK`. */
export const shownUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** What somebody typed, in the one form we know; undefined for what was never made. */
export function normalUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined;
}

/** What is stored of it: whoever has the database alone cannot try all codes out. */
export function hashUserCode(settings: Pick<Settings, "dataDir">, code: string): string {
  return createHmac("sha256", signingOf(settings).derive("user code")).update(code).digest("hex");
}
