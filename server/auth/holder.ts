import type { Actor } from "../context.ts";
import { actorForKeyId, actorForSignIn, actorForToken } from "./actor.ts";
import { localActor } from "./local-user.ts";
import type { AuthRuntime } from "./session.ts";

/** With what somebody came in who was given a ticket. */
export interface Holding {
  orgId: string;
  keyId: string | null;
  signInId: string | null;
  familyId: string | null;
}

/**
 * Who holds a ticket, resolved anew: it is worth nothing after what they came with ended. Undefined where that was
 * nothing that could end, and this installation wants sign-ins.
 */
export async function holderOf(
  runtime: AuthRuntime,
  { orgId, keyId, signInId, familyId }: Holding,
  ip: string,
): Promise<Actor | undefined> {
  if (familyId) return actorForToken(runtime, familyId, [orgId], ip);
  if (keyId) return actorForKeyId(runtime, { orgId, keyId }, ip);
  if (signInId) return actorForSignIn(runtime, signInId, orgId, ip);
  return runtime.config.auth === "off" ? localActor(runtime, orgId, ip) : undefined;
}
