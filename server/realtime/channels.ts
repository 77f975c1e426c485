import { sql } from "drizzle-orm";
import type { Actor, Context } from "../context.ts";
import { latestSeq } from "../events/feed.ts";
import { findTeam } from "../teams/finding.ts";
import type { ChannelNames } from "./schema.ts";

/** What a channel's name says. */
export interface ChannelRef {
  kind: "org" | "team";
  scopeId: string;
  /** Advanced by a revocation, so that old subscriptions and authorizations name a channel that nobody speaks on. */
  epoch: number;
}

/** The channel an event is told on: its team's, or the organization's where it belongs to no team. */
export const channelOf = ({ orgId, teamId }: { orgId: string; teamId: string | null }, epoch: number): string =>
  teamId ? `private-team.${teamId}.${epoch}` : `private-org.${orgId}.${epoch}`;

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const namePattern = new RegExp(`^private-(?<kind>org|team)\\.(?<scopeId>${uuid})\\.(?<epoch>0|[1-9]\\d{0,8})$`);

/** Reads a channel's name; undefined for any that is not ours. */
export function parseChannel(name: string): ChannelRef | undefined {
  const { kind, scopeId, epoch } = namePattern.exec(name)?.groups ?? {};
  if (!kind || !scopeId || !epoch) return undefined;
  return { kind: kind === "org" ? "org" : "team", scopeId, epoch: Number(epoch) };
}

/**
 * Whether a signed-in person may hear a channel at this moment. Asks the tables rather than the actor, which may have
 * been resolved a moment before its access ended. Needs a system transaction: sign-ins belong to no organization.
 * API keys do not subscribe: they have the feed and `wait_for_work`, and a socket would outlive the key.
 */
export async function mayHear({ tx }: Context, actor: Actor, { kind, scopeId, epoch }: ChannelRef): Promise<boolean> {
  if (actor.kind !== "user" || actor.keyId || !actor.orgId || !actor.permissions.has("task:read")) return false;
  const ofTeam = sql`exists (select 1 from teams t where t.org_id = m.org_id and t.id = ${scopeId}::uuid and
    (m.role in ('owner', 'admin') or exists (select 1 from team_members tm
      where tm.org_id = m.org_id and tm.team_id = t.id and tm.user_id = m.user_id)))`;
  const [found] = await tx.execute(sql`select 1 from memberships m
    where m.org_id = ${actor.orgId}::uuid and m.user_id = ${actor.id}::uuid and m.status = 'active'
      and ${kind === "org" ? sql`m.org_id = ${scopeId}::uuid` : ofTeam}
      and ${epoch} = coalesce((select x.epoch from channel_epochs x where x.org_id = m.org_id and x.scope_id = ${scopeId}::uuid), 0)
      ${actor.signInId ? sql`and exists (select 1 from sign_ins s where s.id = ${actor.signInId}::uuid and s.revoked_at is null and s.expires_at > now())` : sql``}`);
  return found !== undefined;
}

/** The names of the channels of the moment, and the number to read the feed from. @throws AppError not_found */
export async function currentChannels(
  context: Context,
  { teamId }: { teamId?: string | undefined },
): Promise<ChannelNames> {
  const { tx, actor } = context;
  if (teamId) await findTeam(context, teamId);
  // The number first: what happens after it is heard on the channels or read from the feed.
  const seq = await latestSeq(context);
  const rows = await tx.execute<{ scopeId: string; epoch: number }>(
    sql`select scope_id as "scopeId", epoch from channel_epochs where org_id = ${actor.orgId}`,
  );
  const epochs = new Map(rows.map(({ scopeId, epoch }) => [scopeId, epoch]));
  const nameOf = (scopeId: string, team: string | null) =>
    channelOf({ orgId: actor.orgId, teamId: team }, epochs.get(scopeId) ?? 0);
  return { org: nameOf(actor.orgId, null), team: teamId ? nameOf(teamId, teamId) : null, seq };
}
