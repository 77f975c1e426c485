import { createHash, hkdfSync } from "node:crypto";
import { openSecrets, type Secrets } from "../keyring.ts";

/** What the tokens of one installation are made and read with. Nothing of it is in the database. */
export interface Signing {
  /** Whom tokens come from and whom they are for: another installation takes none of ours, and we none of its. */
  issuer: string;
  audience: string;
  currentKeyId: string;
  /** The key that signed a token, by the `kid` of its header; undefined for one we never had. */
  keyOf: (keyId: string) => Uint8Array | undefined;
  /** 32 bytes for a purpose, always the same for the same words. */
  derive: (purpose: string) => Buffer;
}

const kept = new Map<string, { readAt: number; secrets: Secrets }>();
const keptMilliseconds = 5_000;
const askedAgainMilliseconds = 1_000;

/**
 * The signing keys follow the key ring: a rotation makes new tokens by the new key while the old ones stay readable, and
 * every process hears of it within seconds because the file is read again. An unknown key id asks for it earlier, but at
 * most once a second, so that made-up tokens do not make us read files.
 */
export function signingOf({ dataDir }: { dataDir: string }, keyId?: string): Signing {
  const now = Date.now();
  let known = kept.get(dataDir);
  const isUnknown = keyId !== undefined && known !== undefined && !Object.hasOwn(known.secrets.keyring.keys, keyId);
  if (!known || now - known.readAt > (isUnknown ? askedAgainMilliseconds : keptMilliseconds)) {
    known = { readAt: now, secrets: openSecrets(dataDir) };
    kept.set(dataDir, known);
  }
  const { authSecret, keyring } = known.secrets;
  const installation = createHash("sha256").update(`installation|${authSecret}`).digest("hex").slice(0, 24);
  const issuer = `urn:entourage:${installation}`;
  return {
    issuer,
    audience: `${issuer}:api`,
    currentKeyId: keyring.current,
    keyOf: (id) => {
      const key = Object.hasOwn(keyring.keys, id) ? keyring.keys[id] : undefined;
      return key === undefined ? undefined : expand(Buffer.from(key, "base64"), `${issuer} access token`);
    },
    derive: (purpose) => expand(Buffer.from(authSecret), `${issuer} ${purpose}`),
  };
}

/** HKDF (RFC 5869): what signs tokens never encrypts anything. */
const expand = (secret: Buffer, purpose: string) => Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
