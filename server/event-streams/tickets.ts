import { sql } from "drizzle-orm";
import { eventTickets } from "#db/schema/event-streams.ts";
import { asSystem } from "../auth/actor.ts";
import { holderOf } from "../auth/holder.ts";
import { isWellFormed, makeKey } from "../auth/key.ts";
import { hashSecret } from "../auth/secret.ts";
import type { AuthRuntime } from "../auth/session.ts";
import type { Actor, Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { findTeam } from "../teams/finding.ts";
import { ticketSeconds } from "./schema.ts";

/** Makes a ticket for whoever asks. @throws AppError not_found for a team that is missing or foreign. */
export async function createTicket(context: Context, { teamId }: { teamId?: string | undefined }) {
  const { actor, tx, now, settings } = context;
  if (actor.kind === "system")
    throw new AppError("invalid", "The operator's token opens the stream as a header; tickets are for others.");
  if (teamId) await findTeam(context, teamId);
  const ticket = makeKey("et_");
  const expiresAt = new Date(now.getTime() + ticketSeconds * 1000);
  const { orgId, id: actorId, keyId = null, signInId = null, familyId = null } = actor;
  await tx.insert(eventTickets).values({
    ...{ orgId, id: newId(), hash: hashSecret(ticket), actorId, keyId, signInId, familyId },
    ...{ teamId: teamId ?? null, createdAt: now, expiresAt },
  });
  const url = `${settings.publicUrl}/api/events?${new URLSearchParams({ ...(teamId && { team: teamId }), ticket })}`;
  return { ticket, url, expiresAt: expiresAt.toISOString() };
}

interface Ticket extends Record<string, unknown> {
  orgId: string;
  actorId: string;
  keyId: string | null;
  signInId: string | null;
  familyId: string | null;
  teamId: string | null;
  isLive: boolean;
}

/**
 * Uses a ticket up: of any number of requests that bring it at once, one gets in. Its holder is resolved anew, so that it
 * is worth nothing after what they came with ended.
 * @throws AppError unauthenticated: the same for unknown, used and expired.
 */
export async function redeemTicket(
  runtime: AuthRuntime,
  ticket: string,
  ip: string,
): Promise<{ actor: Actor; teamId: string | null }> {
  if (!isWellFormed(ticket, "et_")) throw badTicket();
  const [found] = await asSystem(runtime, ({ tx }) =>
    tx.execute<Ticket>(sql`delete from event_tickets where hash = ${hashSecret(ticket)}
      returning org_id as "orgId", actor_id as "actorId", key_id as "keyId", sign_in_id as "signInId",
        family_id as "familyId", team_id as "teamId", expires_at > now() as "isLive"`),
  );
  if (!found?.isLive) throw badTicket();
  const actor = await holderOf(runtime, found, ip);
  if (!actor || actor.id !== found.actorId || actor.orgId !== found.orgId) throw badTicket();
  return { actor, teamId: found.teamId };
}

const badTicket = (): AppError =>
  new AppError(
    "unauthenticated",
    `This ticket is not valid: it opens one stream, within ${ticketSeconds} seconds. create_event_ticket makes another.`,
  );
