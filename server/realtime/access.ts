import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { channelOf } from "./channels.ts";
import type { LoggedEvent } from "./frames.ts";
import type { PushClient, PushFrame } from "./pusher.ts";
import type { MovedEvent } from "./schema.ts";

const movedEvent: MovedEvent = "moved";

/** Events after which somebody may hear less than before; the subject of team events is the team, the person is in the data. */
const narrowing = new Set(["member.deactivated", "member.role_changed", "team.member_removed"]);

/** Whose access got narrower by these events. */
export function peopleNarrowed(events: readonly Pick<LoggedEvent, "type" | "subject" | "data">[]): string[] {
  const people = events
    .filter(({ type }) => narrowing.has(type))
    .map(({ type, subject, data }) => (type === "team.member_removed" ? String(data.userId) : subject));
  return [...new Set(people)];
}

/** People of an organization (of any, without one) whose sign-in was ended within the last seconds. */
export async function peopleSignedOut({ tx }: Context, orgId: string | undefined, seconds: number) {
  const inOrg = sql`s.user_id in (select m.user_id from memberships m where m.org_id = ${orgId ?? null}::uuid)`;
  return tx.execute<{
    signInId: string;
    userId: string;
  }>(sql`select s.id as "signInId", s.user_id as "userId" from sign_ins s
    where s.user_id is not null and s.revoked_at > now() - make_interval(secs => ${seconds}) and ${orgId ? inOrg : sql`true`}`);
}

/** The organizations these people belong to. */
export async function organizationsOf({ tx }: Context, userIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ orgId: string }>(sql`select distinct org_id as "orgId" from memberships
    where user_id = any(${`{${userIds.join(",")}}`}::uuid[])`);
  return rows.map(({ orgId }) => orgId);
}

/**
 * Renames all channels of an organization: the way to end subscriptions on a host that cannot end them by itself.
 * Returns what to say on the old names, so that those who may still come ask for the new ones.
 */
export async function renameChannels({ tx, actor }: Context): Promise<PushFrame[]> {
  const rows = await tx.execute<{
    scopeId: string;
    epoch: number;
  }>(sql`insert into channel_epochs (org_id, scope_id, epoch)
    select ${actor.orgId}::uuid, s.id, 1 from (select ${actor.orgId}::uuid as id union all
      select t.id from teams t where t.org_id = ${actor.orgId}::uuid order by id) s
    on conflict (org_id, scope_id) do update set epoch = channel_epochs.epoch + 1 returning scope_id as "scopeId", epoch`);
  return rows.map(({ scopeId, epoch }) => ({
    channel: channelOf({ orgId: actor.orgId, teamId: scopeId === actor.orgId ? null : scopeId }, epoch - 1),
    event: movedEvent,
    data: {},
  }));
}

/**
 * Ends the sockets of people at once, where the host knows them by name.
 * @returns false when a part of the host may not have heard of it; then `renameChannels` is left.
 */
export async function endSockets(push: PushClient, userIds: Iterable<string>): Promise<boolean> {
  let isEverywhere = true;
  for (const userId of userIds) isEverywhere = (await push.terminateUser(userId)) && isEverywhere;
  return isEverywhere;
}

/** Whether a node of the realtime server lives that cannot hear the others; asked of the database, which it still reaches. */
export async function isSomeNodeApart({ tx }: Context): Promise<boolean> {
  const [found] = await tx.execute(
    sql`select 1 from realtime_nodes where trouble is not null and beat_at > now() - interval '15 seconds' limit 1`,
  );
  return found !== undefined;
}
