import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { decryptSecret, encryptSecret, keyIdOf, openSecrets, rotateKey } from "./keyring.ts";

const folder = mkdtempSync(join(tmpdir(), "entourage-keyring-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = { orgId: "org", table: "credentials", rowId: "row", column: "secret" };

test("secrets are made once, for the owner only, and stay the same", () => {
  const first = openSecrets(folder);
  expect(openSecrets(folder)).toEqual(first);
  expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("processes that start together agree on one set of secrets", async () => {
  const shared = join(folder, "raced");
  const program = `import { openSecrets } from "#server/keyring.ts"; console.log(openSecrets(${JSON.stringify(shared)}).authSecret);`;
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [answer] = await Promise.all([text(child.stdout), once(child, "exit")]);
      return answer;
    }),
  );
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]?.trim()).toBe(openSecrets(shared).authSecret);
  expect(readdirSync(shared)).toEqual(["secrets.json"]);
}, 20_000);

test("a value opens only in the row and column it was made for", () => {
  const { keyring } = openSecrets(folder);
  const sealed = encryptSecret(keyring, "s3cret ✓", place);
  expect(decryptSecret(keyring, sealed, place)).toBe("s3cret ✓");
  for (const other of [{ orgId: "other" }, { table: "x" }, { rowId: "x" }, { column: "x" }]) {
    expect(() => decryptSecret(keyring, sealed, { ...place, ...other })).toThrow();
  }
});

test("a changed, cut or relabelled value does not open", () => {
  const { keyring } = rotateKey(folder);
  const sealed = encryptSecret(keyring, "a longer secret value", place);
  const [version, keyId, nonce, bytes = ""] = sealed.split(".");
  const flipped = `${bytes.startsWith("A") ? "B" : "A"}${bytes.slice(1)}`;
  const oldKey = Object.keys(keyring.keys).find((id) => id !== keyId);
  const forgeries = [
    [version, keyId, nonce, flipped],
    [version, keyId, nonce, bytes.slice(0, 8)],
    [version, oldKey, nonce, bytes],
    [version, "__proto__", nonce, bytes],
    ["v0", keyId, nonce, bytes],
  ];
  for (const forgery of forgeries) expect(() => decryptSecret(keyring, forgery.join("."), place)).toThrow();
});

test("after a rotation old values stay readable and new ones use the new key", () => {
  const before = openSecrets(folder).keyring;
  const old = encryptSecret(before, "old", place);
  const after = rotateKey(folder).keyring;
  expect(decryptSecret(after, old, place)).toBe("old");
  expect(keyIdOf(encryptSecret(after, "new", place))).toBe(after.current);
  expect(after.current).not.toBe(before.current);
});

test("two encryptions of one text differ", () => {
  const { keyring } = openSecrets(folder);
  expect(encryptSecret(keyring, "same", place)).not.toBe(encryptSecret(keyring, "same", place));
});

test("a damaged file is an error that says so, not a new set of secrets", () => {
  const damaged = mkdtempSync(join(folder, "damaged-"));
  writeFileSync(join(damaged, "secrets.json"), "{}");
  expect(() => openSecrets(damaged)).toThrow(/is damaged/);
});
