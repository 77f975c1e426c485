import "server-only";
import { headers } from "next/headers";
import { asSystem } from "#server/auth/actor.ts";
import { isUnclaimed } from "#server/auth/register.ts";
import { readSignInId } from "#server/auth/session.ts";
import { readSignIn } from "#server/auth/sign-in.ts";
import { describeInvitation } from "#server/members/invitations.ts";
import { readResetLink } from "#server/auth/password-reset.ts";
import { webRuntime } from "#server/runtime.ts";

/** A way to sign in besides a password. */
export interface Provider {
  id: "github" | "oidc";
  name: string;
}

/** What the pages of signing in and up need to know before anybody is signed in. */
export async function readEntrance() {
  const runtime = await webRuntime();
  const { githubId, oidcIssuer, signUp, auth } = runtime.config;
  const providers: Provider[] = [];
  if (githubId) providers.push({ id: "github", name: "GitHub" });
  if (oidcIssuer) providers.push({ id: "oidc", name: "single sign-on" });
  const isFirst = await asSystem(runtime, isUnclaimed);
  return { providers, isFirst, isOpen: isFirst || signUp === "open", needsNoSignIn: auth === "off" };
}

/** The person this browser is signed in as, and the organization to begin in; nobody when the sign-in ended. */
export async function readVisitor() {
  const [runtime, given] = await Promise.all([webRuntime(), headers()]);
  const signInId = await readSignInId(runtime.config, given.get("cookie") ?? undefined);
  return signInId ? readSignIn(runtime, signInId) : undefined;
}

/** The invitation behind a link, as far as whoever holds the link may know it. */
export async function readInvitation(token: string) {
  const runtime = await webRuntime();
  return asSystem(runtime, (context) => describeInvitation(context, token));
}

/** Whose password a reset link would set; nobody when it does not work any more. */
export async function readReset(token: string) {
  const runtime = await webRuntime();
  return asSystem(runtime, (context) => readResetLink(context, token));
}
