import { sql } from "drizzle-orm";
import { workspaceTickets } from "#db/schema/terminals.ts";
import { asSystem } from "../auth/actor.ts";
import { holderOf } from "../auth/holder.ts";
import { isWellFormed, makeKey } from "../auth/key.ts";
import { hashSecret } from "../auth/secret.ts";
import type { AuthRuntime } from "../auth/session.ts";
import type { Actor, Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { findReadyWorkspace, type WorkspaceRow } from "../workspaces/queries.ts";
import { ticketSeconds } from "./schema.ts";

const prefix = "wt_";
/** How long a browser sees a preview before it asks for another ticket. */
export const grantSeconds = 8 * 3600;

interface About {
  kind: "terminal" | "preview" | "preview_grant";
  workspaceId: string;
  terminalId?: string | null;
  sessionId?: string | null;
  port?: number | null;
}

/** Makes a ticket for whoever asks; its hash alone is kept. */
export async function makeTicket(
  { actor, tx, now }: Context,
  about: About,
): Promise<{ ticket: string; expiresAt: string }> {
  if (actor.kind === "system") throw new AppError("invalid", "The operator's token opens no terminals.");
  const ticket = makeKey(prefix);
  const seconds = about.kind === "preview_grant" ? grantSeconds : ticketSeconds;
  const expiresAt = new Date(now.getTime() + seconds * 1000);
  const { orgId, id: actorId, keyId = null, signInId = null, familyId = null } = actor;
  await tx.insert(workspaceTickets).values({
    ...{ orgId, id: newId(), hash: hashSecret(ticket), actorId, keyId, signInId, familyId, createdAt: now, expiresAt },
    ...about,
  });
  return { ticket, expiresAt: expiresAt.toISOString() };
}

interface Found extends Record<string, unknown> {
  orgId: string;
  workspaceId: string;
  terminalId: string | null;
  sessionId: string | null;
  port: number | null;
  actorId: string;
  keyId: string | null;
  signInId: string | null;
  familyId: string | null;
  isLive: boolean;
}
export type Admission = Pick<Found, "terminalId" | "sessionId" | "port"> & { actor: Actor; workspace: WorkspaceRow };

/**
 * Lets in whoever brings a ticket: used up by it, or (the grant of a preview) as often as it is brought until it ends.
 * Its holder is resolved anew and may work in the workspace at this moment.
 * @throws AppError unauthenticated: the same for unknown, used and expired; and what the workspace says.
 */
export async function admit(runtime: AuthRuntime, ticket: string, kind: About["kind"], ip: string): Promise<Admission> {
  if (!isWellFormed(ticket, prefix)) throw badTicket();
  const columns = sql`org_id as "orgId", workspace_id as "workspaceId", terminal_id as "terminalId", session_id as "sessionId",
    port, actor_id as "actorId", key_id as "keyId", sign_in_id as "signInId", family_id as "familyId", expires_at > now() as "isLive"`;
  const which = sql`hash = ${hashSecret(ticket)} and kind = ${kind}`;
  const [found] = await asSystem(runtime, ({ tx }) =>
    tx.execute<Found>(
      kind === "preview_grant"
        ? sql`select ${columns} from workspace_tickets where ${which}`
        : sql`delete from workspace_tickets where ${which} returning ${columns}`,
    ),
  );
  if (!found?.isLive) throw badTicket();
  const actor = await holderOf(runtime, found, ip);
  if (!actor || actor.id !== found.actorId || actor.orgId !== found.orgId) throw badTicket();
  if (!actor.permissions.has("workspaces:use")) throw new AppError("forbidden", "You may not work in workspaces here.");
  const workspace = await inTransaction(runtime, actor, { requestId: newId() }, (context) =>
    findReadyWorkspace(context, found.workspaceId),
  );
  return { actor, workspace, terminalId: found.terminalId, sessionId: found.sessionId, port: found.port };
}

/** Removes tickets that are over. */
export async function sweepTickets(runtime: AuthRuntime): Promise<void> {
  await asSystem(runtime, ({ tx }) =>
    tx.execute(sql`delete from workspace_tickets where expires_at < now() - interval '1 hour'`),
  );
}

const badTicket = (): AppError =>
  new AppError(
    "unauthenticated",
    "This ticket is not valid any more. Ask for another with open_terminal or open_preview.",
  );
