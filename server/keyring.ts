import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const key = z.base64().refine((text) => Buffer.from(text, "base64").length === 32, "expected 32 bytes");
const secretsFile = z.object({
  /** Signs sessions and tokens. */
  authSecret: z.string().min(32),
  /** Credentials between us, the embedded realtime server and browsers (`key` is public). */
  pusher: z.object({ appId: z.string().regex(/^\d+$/), key: z.string(), secret: z.string() }),
  /** Lets commands on this machine (`npm run demo`, `doctor`) act without a person's key. */
  operatorToken: z.string().min(32),
  /** Encrypts credentials at rest. New values use `current`; old keys stay until nothing uses them. */
  keyring: z.object({ current: z.string(), keys: z.record(z.string(), key) }),
});

export type Secrets = z.infer<typeof secretsFile>;
export type Keyring = Secrets["keyring"];

/** The one place a ciphertext belongs to; moved to another row or column it does not open. */
export type SecretPlace = { orgId: string; table: string; rowId: string; column: string };

/**
 * The secrets of an installation, made at the first call and kept in its data folder for the owner only (0600).
 * Processes that start together agree on one set: the file appears whole or not at all.
 */
export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    const fresh = writePrivately(file, newSecrets());
    try {
      linkSync(fresh, file);
    } catch (error) {
      if (!existsSync(file)) throw error;
    } finally {
      rmSync(fresh);
    }
  }
  const parsed = secretsFile.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file} is damaged (${z.prettifyError(parsed.error)}). Restore it from a backup: credentials cannot be read without it.`,
  );
}

/** Adds a key and makes it current. What the old keys encrypted stays readable. */
export function rotateKey(dataDir: string): Secrets {
  const secrets = openSecrets(dataDir);
  const current = newKeyId();
  secrets.keyring = { current, keys: { ...secrets.keyring.keys, [current]: newKey() } };
  const file = join(dataDir, "secrets.json");
  renameSync(writePrivately(file, secrets), file);
  return secrets;
}

/** Encrypts with the current key: `v1.<key id>.<nonce>.<ciphertext and tag>`. */
export function encryptSecret(keyring: Keyring, text: string, place: SecretPlace): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", findKey(keyring, keyring.current), nonce);
  cipher.setAAD(additionalData(place, keyring.current));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${keyring.current}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

/** Opens what `encryptSecret` made for this very place. Throws when anything was changed or moved. */
export function decryptSecret(keyring: Keyring, sealedText: string, place: SecretPlace): string {
  const [version, keyId = "", nonce = "", sealed = ""] = sealedText.split(".");
  if (version !== "v1") throw new Error("This is not an encrypted value of ours.");
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", findKey(keyring, keyId), Buffer.from(nonce, "base64url"), {
    authTagLength: 16,
  });
  decipher.setAAD(additionalData(place, keyId));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

/** Which key a value needs: what must be encrypted again before an old key can go. */
export function keyIdOf(sealedText: string): string {
  return sealedText.split(".")[1] ?? "";
}

function additionalData({ orgId, table, rowId, column }: SecretPlace, keyId: string): Buffer {
  const parts = [orgId, table, rowId, column, keyId];
  if (parts.some((part) => part === "" || part.includes("|")))
    throw new Error("A place needs org, table, row and column, without |.");
  return Buffer.from(parts.join("|"));
}

function findKey(keyring: Keyring, keyId: string): Buffer {
  const found = Object.hasOwn(keyring.keys, keyId) ? keyring.keys[keyId] : undefined;
  if (!found) throw new Error(`The key "${keyId}" is not in secrets.json; restore it from the backup that holds it.`);
  return Buffer.from(found, "base64");
}

function newSecrets(): Secrets {
  const current = newKeyId();
  return {
    authSecret: randomBytes(32).toString("base64url"),
    // The `pusher` library parses the app id as a number.
    pusher: { appId: "1", key: randomBytes(10).toString("hex"), secret: randomBytes(20).toString("hex") },
    operatorToken: `op_${randomBytes(32).toString("base64url")}`,
    keyring: { current, keys: { [current]: newKey() } },
  };
}

function newKeyId(): string {
  return `k${randomBytes(4).toString("hex")}`;
}

function newKey(): string {
  return randomBytes(32).toString("base64");
}

function writePrivately(file: string, secrets: Secrets): string {
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(fresh, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return fresh;
}
