import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { actorForToken } from "../auth/actor.ts";
import type { Actor, Runtime, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { signingOf } from "../auth/signing.ts";

export const accessMinutes = 60;
/** Of a token without a refresh token: somebody without a password, or a client that a person let in. */
export const lastingDays = 7;

/** What an access token says: the family it belongs to, and perhaps the one organization it is for. Nothing of rights. */
const accessClaims = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  org: z.uuid().optional(),
  /** The name in the public profile that let them in; told, never believed. */
  username: z.string().optional(),
});
export type AccessClaims = z.output<typeof accessClaims>;

/** A token in three parts, whoever made it: an API key has no dots. */
export const looksLikeAccessToken = (token: string): boolean => /^[\w-]+\.[\w-]*\.[\w-]*$/.test(token);

/**
 * Makes an access token: a JWT of RFC 9068's form (`typ: at+jwt`), HS256 by the current key of the key ring.
 * Symmetric, because nobody but this installation reads it. `at` is the time of the database.
 */
export async function signAccessToken(
  settings: Pick<Settings, "dataDir">,
  claims: AccessClaims,
  at: Date,
  lifeSeconds = accessMinutes * 60,
) {
  const { issuer, audience, currentKeyId, keyOf } = signingOf(settings);
  const key = keyOf(currentKeyId);
  if (!key) throw new Error("the key ring has no current key");
  const { sub, ...own } = claims;
  const issuedAt = Math.floor(at.getTime() / 1000);
  return new SignJWT(own)
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: currentKeyId })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(sub)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifeSeconds)
    .sign(key);
}

/**
 * Reads an access token of ours.
 * @throws AppError unauthenticated: expired says so (refreshing helps); everything else is one answer, whatever is wrong.
 */
async function readAccessToken(settings: Pick<Settings, "dataDir">, token: string): Promise<AccessClaims> {
  if (token.length > 4_096) throw notOurs();
  try {
    const { issuer, audience } = signingOf(settings);
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = kid === undefined ? undefined : signingOf(settings, kid).keyOf(kid);
        if (!key) throw notOurs();
        return key;
      },
      // The algorithm is ours to choose, never the token's: `none` and a public key taken for a secret are refused here.
      { algorithms: ["HS256"], issuer, audience, typ: "at+jwt", requiredClaims: ["sub", "sid", "iat", "exp", "jti"] },
    );
    return accessClaims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new AppError(
        "unauthenticated",
        "This access token has expired. Send your refresh token to POST /api/auth/refresh for a new pair.",
      );
    }
    throw notOurs();
  }
}

/**
 * Who sends this access token, in the organization it is for or else in the one they ask for.
 * @throws AppError unauthenticated; not_found for an organization that is missing, foreign or not the token's.
 */
export async function actorForAccessToken(
  runtime: Runtime,
  token: string,
  orgRef: string | undefined,
  ip: string,
): Promise<Actor> {
  const { sid, org } = await readAccessToken(runtime.settings, token);
  return actorForToken(
    runtime,
    sid,
    [org, orgRef].flatMap((ref) => ref ?? []),
    ip,
  );
}

const notOurs = (): AppError =>
  new AppError("unauthenticated", "This access token is not valid here. Sign in again for a new one.");
