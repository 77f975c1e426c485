import { getToken } from "next-auth/jwt";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Actor, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { actorForKey, actorForRunToken, actorForSignIn } from "./actor.ts";
import { isWellFormed } from "./key.ts";
import { localActor } from "./local-user.ts";
import { actorForOperator, isOperatorToken } from "./operator.ts";
import { sessionSettings } from "./settings.ts";
import { actorForAccessToken, looksLikeAccessToken } from "../tokens/access-token.ts";

/** A runtime that knows the settings of its process. */
export interface AuthRuntime extends Runtime {
  config: Config;
}

/** What a request says of its caller. */
export interface RequestFacts {
  authorization: string | undefined;
  cookie: string | undefined;
  /** The organization a signed-in person asks for: slug or id. A key has its own. */
  orgRef: string | undefined;
  ip: string;
  origin: string | undefined;
  method: string;
  contentType: string | undefined;
}

/** What our session token holds: the name of a row, nothing that could grow old. */
const sessionToken = z.object({ signInId: z.uuid() });

/** The sign-in a cookie header names, if we made the cookie. Says nothing about whether it still lives. */
export async function readSignInId(config: Config, cookie: string | undefined): Promise<string | undefined> {
  const { secret, secure, cookieName } = sessionSettings(config);
  if (!cookie?.includes(cookieName)) return undefined;
  const token = await getToken({
    req: { headers: new Headers({ cookie }) },
    secret,
    cookieName,
    salt: cookieName,
    secureCookie: secure,
  });
  const parsed = sessionToken.safeParse(token);
  return parsed.success ? parsed.data.signInId : undefined;
}

/**
 * Who makes this request: by key, else by session cookie, else (with `ENTOURAGE_AUTH=off`) the local user. The door has
 * refused pages of other sites already.
 * @throws AppError unauthenticated; forbidden for a write that a page of another site could have caused.
 */
export async function actorOfRequest(runtime: AuthRuntime, request: RequestFacts): Promise<Actor> {
  const { authorization, cookie, orgRef, ip } = request;
  if (authorization !== undefined) {
    const token = bearerOf(authorization);
    if (isOperatorToken(token)) return actorForOperator(runtime, token, orgRef, ip);
    if (isWellFormed(token, "st_")) return actorForRunToken(runtime, token, ip);
    return looksLikeAccessToken(token)
      ? actorForAccessToken(runtime, token, orgRef, ip)
      : actorForKey(runtime, token, ip);
  }
  const { config } = runtime;
  const signInId = config.auth === "on" ? await readSignInId(config, cookie) : undefined;
  if (config.auth === "on" && !signInId) {
    throw new AppError("unauthenticated", "Sign in, or send an API key or access token as `Authorization: Bearer …`.");
  }
  refuseForgery(request, config);
  return signInId ? actorForSignIn(runtime, signInId, orgRef, ip) : localActor(runtime, orgRef, ip);
}

function bearerOf(authorization: string): string {
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (!key) throw new AppError("unauthenticated", "Send the API key or access token as `Authorization: Bearer …`.");
  return key;
}

/**
 * A browser adds our cookie to requests that other pages cause. Ours say their origin and send JSON, which a foreign
 * form cannot; pages allowed by setting to call with a key may not use the cookie.
 */
function refuseForgery({ method, origin, contentType }: RequestFacts, config: Config): void {
  if (method === "GET" || method === "HEAD") return;
  const isGuest =
    origin !== undefined && config.corsOrigins.includes(origin) && origin !== new URL(config.publicUrl).origin;
  if (origin === undefined || origin === "null" || isGuest) {
    throw new AppError("forbidden", "A signed-in browser writes from our own pages only. Use an API key elsewhere.");
  }
  // Neither can a foreign form send bare bytes, as an upload does.
  if (!/^application\/(json|octet-stream)\s*(;|$)/i.test(contentType ?? "")) {
    throw new AppError("forbidden", 'With a session, send JSON with "content-type: application/json".');
  }
}
