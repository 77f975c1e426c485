import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { base64url, CompactEncrypt, decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from "jose";
import { expect, test } from "vitest";
import { register } from "../auth/register.ts";
import { startSignIn } from "../auth/sign-in.ts";
import { newId } from "../ids.ts";
import { rotateKey } from "../keyring.ts";
import { openTestDoors } from "../test/doors.ts";
import { signAccessToken } from "./access-token.ts";
import { startFamily } from "./families.ts";
import { signingOf } from "../auth/signing.ts";

const { runtime, address } = await openTestDoors();
const client = { ip: "192.0.2.1", userAgent: "test" };
const { userId } = await register(
  runtime,
  { name: "Ada", email: `${newId()}@example.org`, password: "a long password" },
  "open",
);
const { accessToken } = await startFamily(runtime, { userId }, client);
const claims = decodeJwt(accessToken);
const header = decodeProtectedHeader(accessToken);
const { issuer, audience, currentKeyId, keyOf } = signingOf(runtime.settings);
const ownKey = keyOf(currentKeyId) ?? new Uint8Array();
const [head = "", body = "", signature = ""] = accessToken.split(".");
const encode = (value: unknown) => base64url.encode(JSON.stringify(value));
const now = Math.floor(Date.now() / 1000);

/** A token that differs from a right one in one thing, signed with our own key. */
const forged = (changes: Record<string, unknown>, headers: Record<string, unknown> = {}, key: Uint8Array = ownKey) =>
  new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: currentKeyId, ...headers })
    .sign(key);
const signedBy = (key: Uint8Array, headers: unknown, payload: unknown) => {
  const text = `${encode(headers)}.${encode(payload)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
};

async function statuses(token: string): Promise<number[]> {
  const authorization = `Bearer ${token}`;
  const json = { authorization, "content-type": "application/json" };
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "ping", arguments: {} } };
  const answers = await Promise.all([
    fetch(`${address}/api/auth/me`, { headers: { authorization } }),
    fetch(`${address}/api/v1/ping`, { method: "POST", headers: json, body: "{}" }),
    fetch(`${address}/api/trpc/platform.ping?input=%7B%7D`, { headers: { authorization } }),
    fetch(`${address}/mcp`, {
      method: "POST",
      headers: { ...json, accept: "application/json, text/event-stream" },
      body: JSON.stringify(call),
    }),
  ]);
  return answers.map(({ status }) => status);
}

test("a right token opens all four doors", async () => {
  expect(await statuses(accessToken)).toEqual([200, 200, 200, 200]);
  expect(header).toEqual({ alg: "HS256", typ: "at+jwt", kid: currentKeyId });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  expect(await statuses(await forged({}))).toEqual([200, 200, 200, 200]);
});

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
const { exp: _exp, ...endless } = claims;
const { sid: _sid, ...familyless } = claims;
const browser = await startSignIn(runtime, userId, client);

const corpus: [name: string, token: () => string | Promise<string>][] = [
  ["of another audience", () => forged({ aud: "urn:entourage:other:api" })],
  ["for its issuer rather than its API", () => forged({ aud: issuer })],
  ["of another issuer", () => forged({ iss: "https://evil.example" })],
  ["that has expired", () => forged({ iat: now - 7200, exp: now - 1 })],
  ["that is not valid yet", () => forged({ nbf: now + 600 })],
  ["without an end", () => signedBy(ownKey, header, endless)],
  ["without a family", () => signedBy(ownKey, header, familyless)],
  ["of a family that never was", () => forged({ sid: newId() })],
  ["that names a browser's sign-in", () => forged({ sid: browser })],
  ["whose family is no id", () => forged({ sid: "1 or 1=1" })],
  ["of alg none", () => new UnsecuredJWT(claims).encode()],
  ["of alg none with our kid and a signature", () => `${encode({ ...header, alg: "none" })}.${body}.${signature}`],
  ["of alg nOnE", () => `${encode({ ...header, alg: "nOnE" })}.${body}.`],
  ["without its signature", () => `${head}.${body}.`],
  ["with another token's signature", async () => `${head}.${body}.${(await forged({ jti: newId() })).split(".")[2]}`],
  ["whose payload was changed", () => `${head}.${encode({ ...claims, org: newId() })}.${signature}`],
  ["one bit off", () => `${head}.${body}.${signature.slice(0, -2)}${signature.at(-2) === "A" ? "B" : "A"}A`],
  ["signed by a stranger's key", () => forged({}, {}, randomBytes(32))],
  ["signed by the empty key", () => signedBy(new Uint8Array(), header, claims)],
  ["of a key we never had", () => forged({}, { kid: "k00000000" })],
  ["whose kid is a path", () => forged({}, { kid: "../../dev/null" }, new Uint8Array(32))],
  ["whose kid is of the prototype", () => forged({}, { kid: "__proto__" }, new Uint8Array(32))],
  ["without a kid", () => signedBy(ownKey, { alg: "HS256", typ: "at+jwt" }, claims)],
  ["of another type", () => forged({}, { typ: "JWT" })],
  ["that asks for what we do not know", () => signedBy(ownKey, { ...header, crit: ["x"], x: 1 }, claims)],
  ["that brings its own key", () => forged({}, { jwk: publicKey.export({ format: "jwk" }) }, randomBytes(32))],
  ["of alg HS512", () => forged({}, { alg: "HS512" }, Buffer.concat([ownKey, ownKey]))],
  ["of alg EdDSA", () => new SignJWT(claims).setProtectedHeader({ ...header, alg: "EdDSA" }).sign(privateKey)],
  ["of alg RS256", () => new SignJWT(claims).setProtectedHeader({ ...header, alg: "RS256" }).sign(rsa.privateKey)],
  ["whose secret is a public key", () => signedBy(Buffer.from(pem), header, claims)],
  [
    "that is encrypted",
    () =>
      new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: currentKeyId })
        .encrypt(ownKey),
  ],
  ["too long", () => forged({ more: "x".repeat(5_000) })],
  ["of empty parts", () => "e.e."],
  ["of no JSON", () => `${base64url.encode("{")}.${base64url.encode("}")}.${signature}`],
];

test.each(corpus)("a token %s is refused at every door", async (_name, make) => {
  expect(await statuses(await make())).toEqual([401, 401, 401, 401]);
});

test("the audience is this installation: of another one with the same database nothing is taken", async () => {
  const other = { dataDir: `${runtime.settings.dataDir}/other` };
  expect(signingOf(other).audience).not.toBe(audience);
  const token = await signAccessToken(other, { sub: userId, sid: String(claims.sid) }, new Date());
  expect(await statuses(token)).toEqual([401, 401, 401, 401]);
});

test("a key ring that is rotated signs by the new key within seconds, and reads the old tokens on", async () => {
  rotateKey(runtime.settings.dataDir);
  await expect.poll(() => signingOf(runtime.settings).currentKeyId, { timeout: 8_000 }).not.toBe(currentKeyId);
  const fresh = await startFamily(runtime, { userId }, client);
  expect(decodeProtectedHeader(fresh.accessToken).kid).not.toBe(currentKeyId);
  expect(await statuses(fresh.accessToken)).toEqual([200, 200, 200, 200]);
  expect(await statuses(accessToken)).toEqual([200, 200, 200, 200]);
});

test("the id of a sign-in opens nothing by itself", async () => {
  expect(await statuses(browser)).toEqual([401, 401, 401, 401]);
});
