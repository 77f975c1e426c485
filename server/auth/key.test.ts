import { expect, test } from "vitest";
import { hashSecret } from "./secret.ts";
import { isWellFormed, makeKey } from "./key.ts";

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".split("");

test("a key is oc_, 256 random bits in base62 and a checksum, and never comes twice", () => {
  const keys = new Set(Array.from({ length: 2_000 }, makeKey));
  expect(keys.size).toBe(2_000);
  for (const key of keys) {
    expect(key).toMatch(/^oc_[0-9A-Za-z]{49}$/);
    expect(isWellFormed(key)).toBe(true);
  }
});

test("the checksum notices every single mistyped character, and every swap of neighbours that changes the key", () => {
  const key = makeKey();
  const accepted: string[] = [];
  for (let place = 3; place < key.length; place++) {
    const wrong = letters.map((letter) => key.slice(0, place) + letter + key.slice(place + 1));
    const swapped = key.slice(0, place) + key.charAt(place + 1) + key.charAt(place) + key.slice(place + 2);
    accepted.push(...[...wrong, swapped].filter((other) => other !== key && isWellFormed(other)));
  }
  expect(accepted).toEqual([]);
});

test.each(["", "oc_", "oc_short", `${makeKey()}x`, makeKey().slice(1), "oc_%00", `oc_${"é".repeat(49)}`])(
  "%j is no key",
  (text) => {
    expect(isWellFormed(text)).toBe(false);
  },
);

test("what is stored is the SHA-256 of the whole key", () => {
  expect(hashSecret("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
