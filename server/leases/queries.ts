import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findPause, pauseWords } from "../pauses/queries.ts";

/** A live lease of an agent, as it is reminded of it. */
export interface HeldLease {
  lease: string;
  taskId: string;
  number: number;
  title: string;
  /** Its clock stands still until a person answers. */
  waitsForAnswer: boolean;
}

/** The agent's live leases, oldest first, and whether all of its slots are filled by them. */
export async function leasesHeld({ tx, actor }: Context): Promise<{ held: HeldLease[]; isFull: boolean }> {
  const rows = await tx.execute<HeldLease & { slots: number }>(sql`
    select l.id as lease, l.task_id as "taskId", t.number, t.title, a.slots,
      coalesce(c.parked_at is not null, false) as "waitsForAnswer"
    from leases l join agents a on a.org_id = l.org_id and a.id = l.agent_id
      join tasks t on t.org_id = l.org_id and t.id = l.task_id
      left join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id
    where l.org_id = ${actor.orgId} and l.agent_id = ${actor.id} and l.ended_at is null order by l.started_at`);
  return { held: rows, isFull: rows.length > 0 && rows.length >= (rows[0]?.slots ?? 0) };
}

/** What whoever is given nothing should know: that work is paused, by whom and why, or that the team is closed now. */
export async function noticeFor(context: Context): Promise<{ notice?: string }> {
  const { tx, actor } = context;
  if (!actor.agent) return {};
  const { teamId } = actor.agent;
  const pause = await findPause(context, { teamId, agentId: actor.id });
  if (pause) return { notice: pauseWords(pause) };
  const [team] = await tx.execute<{ opensAt: string | null }>(sql`select
      ${isoTime(sql`next_working_hours(t.working_hours, clock_timestamp())`)} as "opensAt"
    from teams t where t.org_id = ${actor.orgId} and t.id = ${teamId} and not within_working_hours(t.working_hours, clock_timestamp())`);
  return team ? { notice: closedWords(team.opensAt) } : {};
}

/** Outside of a team's working hours. */
export const closedWords = (opensAt: string | null): string =>
  `The team is outside of its working hours${opensAt ? ` until ${opensAt}` : ""}; nothing new starts before.`;
