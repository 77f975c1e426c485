import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/**
 * `oc_` an API key; `rt_` a refresh token; `pr_` the link that sets a new password; `et_` a ticket for the event stream;
 * `pt_` the ticket of a sign-in by profile and `ps_` the signature to place there; `dc_` a device code;
 * `wt_` a ticket for a terminal or preview; `st_` the run token of a session.
 */
type Prefix = "oc_" | "rt_" | "pr_" | "et_" | "pt_" | "ps_" | "dc_" | "wt_" | "st_";
/** 43 characters of 62 are 256 random bits. */
const randomLength = 43;
const checksumLength = 6;

/** A fresh key: `oc_`, 256 random bits, and a checksum that lets a typing error be refused without asking anybody. */
export function makeKey(prefix: Prefix = "oc_"): string {
  const body =
    prefix + Array.from({ length: randomLength }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return body + checksumOf(body);
}

/** A key in the same form out of 32 bytes that nobody can guess: always the same for the same bytes. */
export function keyOfBytes(bytes: Uint8Array, prefix: Prefix): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let digits = "";
  for (let place = 0; place < randomLength; place++) {
    digits = alphabet.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return prefix + digits + checksumOf(prefix + digits);
}

/** True for what `makeKey` could have made. Every single wrong character is noticed. */
export function isWellFormed(key: string, prefix: Prefix = "oc_"): boolean {
  if (!key.startsWith(prefix) || !/^[0-9A-Za-z]{49}$/.test(key.slice(prefix.length))) return false;
  return checksumOf(key.slice(0, -checksumLength)) === key.slice(-checksumLength);
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < checksumLength; place++) {
    digits = alphabet.charAt(rest % alphabet.length) + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
