import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { channelId } from "./name.ts";
import { countSpoken } from "./counting.ts";

const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const months = "january february march april may june july august september october november december".split(" ");

type Beginning = (now: Date) => Date;
const utc = (now: Date, month: number, day: number, ...rest: number[]) =>
  new Date(Date.UTC(now.getUTCFullYear(), month, day, ...rest));
const clock = (now: Date, ...rest: number[]) => utc(now, now.getUTCMonth(), now.getUTCDate(), ...rest);

/** When each timer ticked last, at a moment; all in UTC. `monthly.march` ticks when March begins. */
const beginnings: ReadonlyMap<string, Beginning> = new Map<string, Beginning>([
  ["second", (now) => clock(now, now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds())],
  ["minute", (now) => clock(now, now.getUTCHours(), now.getUTCMinutes())],
  ["hour", (now) => clock(now, now.getUTCHours())],
  ["day", (now) => clock(now)],
  ...days.map((name, day): [string, Beginning] => [
    `week.${name}`,
    (now) => utc(now, now.getUTCMonth(), now.getUTCDate() - ((now.getUTCDay() - day + 7) % 7)),
  ]),
  ...months.map((name, month): [string, Beginning] => [
    `monthly.${name}`,
    (now) => utc(now, month <= now.getUTCMonth() ? month : month - 12, 1),
  ]),
  ["yearly", (now) => utc(now, 0, 1)],
]);

/** What follows `system.` in the channels of the timers. */
export const timerPaths: readonly string[] = [...beginnings.keys()].map((timer) => `timer.${timer}`);
export const isTimer = (path: string): boolean => path.startsWith("timer.") && beginnings.has(path.slice(6));

/** When a timer ticked last. */
export const lastTick = (timer: string, now: Date): Date | undefined => beginnings.get(timer)?.(now);

/** Nobody who listens is forgotten within this; whoever listens longer says so again. */
const wantedSeconds = 120;

/** Notes that somebody listens to a timer of the organization, so that it ticks. Written once a minute at most. */
export async function wantTimer({ tx, actor }: Context, path: string): Promise<void> {
  const id = channelId(actor.orgId, "system", actor.orgId, path);
  await tx.execute(sql`insert into channel_timers as t (org_id, channel_id, timer, wanted_until, ticked_at)
    values (${actor.orgId}, ${id}, ${path.slice(6)}, ${soon}, clock_timestamp())
    on conflict (org_id, channel_id) do update set wanted_until = excluded.wanted_until,
      ticked_at = case when t.wanted_until < now() then excluded.ticked_at else t.ticked_at end
    where t.wanted_until < now() + make_interval(secs => ${wantedSeconds / 2})`);
}

/** Notes what is listened to on the realtime host, of all organizations: its timers go on, and its count is not trimmed. */
export async function keepHeard({ tx }: Context, channelIds: readonly string[]): Promise<void> {
  if (channelIds.length === 0) return;
  const ids = sql`any(${`{${channelIds.join(",")}}`}::uuid[])`;
  await tx.execute(
    sql`update channel_timers set wanted_until = ${soon} where channel_id = ${ids} and wanted_until > now()`,
  );
  await tx.execute(
    sql`update channel_streams set used_at = now() where id = ${ids} and used_at < now() - interval '6 hours'`,
  );
}

const soon: SQL = sql`now() + make_interval(secs => ${wantedSeconds})`;

/**
 * Publishes the ticks that are due, of all organizations whose timers somebody may hear, in a system transaction. Of
 * several workers that do it at once each tick is published by one: whoever moves `ticked_at` to it. A tick that nobody
 * was awake for is told late, once; older ones of the same timer are not.
 * @returns the organizations that were told something.
 */
export async function tick(context: Context, now: Date): Promise<string[]> {
  const due = [...beginnings].map(([timer, beginning]) => ({ timer, at: beginning(now).toISOString() }));
  const told = await context.tx.execute<{ orgId: string }>(sql`with due as (
      update channel_timers t set ticked_at = d.at
      from jsonb_to_recordset(${JSON.stringify(due)}::text::jsonb) as d(timer text, at timestamptz)
      where t.timer = d.timer and t.wanted_until > now() and t.ticked_at < d.at
      returning t.org_id, t.channel_id, t.timer, d.at
    ), spoken as (
      insert into channel_streams as s (org_id, id, kind, owner_id, path, seq, used_at, spoken_at, is_heard)
      select org_id, channel_id, 'system', org_id, 'timer.' || timer, 1, now(), clock_timestamp(), false
        from due order by org_id, channel_id
      on conflict (org_id, id) do update set seq = s.seq + 1, used_at = excluded.used_at, spoken_at = excluded.spoken_at
      returning s.org_id, s.id, s.seq, s.is_heard, s.spoken_at
    ), counted as (${countSpoken})
    insert into channel_messages (org_id, channel_id, seq, channel, sender, sender_id, payload, published_at, is_pushed)
    select d.org_id, d.channel_id, s.seq, 'system.timer.' || d.timer, 'system', 'timers',
      json_build_object('timer', d.timer, 'at', to_char(d.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text,
      clock_timestamp(), not s.is_heard
    from due d join spoken s on s.org_id = d.org_id and s.id = d.channel_id
    returning org_id as "orgId"`);
  const orgIds = [...new Set(told.map(({ orgId }) => orgId))];
  for (const orgId of orgIds) context.hints.push({ topic: "channel_changed", orgId });
  return orgIds;
}
