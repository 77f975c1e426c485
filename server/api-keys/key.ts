import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const prefix = "oc_";
/** 43 characters of 62 are 256 random bits. */
const randomLength = 43;
const checksumLength = 6;

/** A fresh key: `oc_`, 256 random bits, and a checksum that lets a typing error be refused without asking anybody. */
export function makeKey(): string {
  const body =
    prefix + Array.from({ length: randomLength }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return body + checksumOf(body);
}

/** True for what `makeKey` could have made. Every single wrong character is noticed. */
export function isWellFormed(key: string): boolean {
  if (!/^oc_[0-9A-Za-z]{49}$/.test(key)) return false;
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
