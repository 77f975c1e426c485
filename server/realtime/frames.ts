import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { confidants } from "../events/confidants.ts";
import { bare, toldOf } from "../events/queries.ts";
import { cardsOf } from "../tasks/queries.ts";
import type { Card } from "../tasks/schema.ts";
import { channelOf } from "./channels.ts";
import type { ChangedEvent, Frame } from "./schema.ts";

/** Hosted Pusher takes 10 KB an event; the rest is left for quotation marks within quotation marks. */
const frameBytes = 8_192;

const changedEvent: ChangedEvent = "changed";

/** An event of the log with what its channel needs. */
export interface LoggedEvent {
  seq: number;
  prev: number;
  type: string;
  teamId: string | null;
  taskId: string | null;
  taskNumber: number | null;
  subject: string;
  actor: Frame["actor"];
  correlationId: string;
  data: Record<string, unknown>;
  at: string;
  epoch: number;
}

/** A frame ready for the push client; `seq` says how far the log is told when it was taken. */
export interface AddressedFrame {
  seq: number;
  channel: string;
  event: string;
  data: string;
}

/** Events above a number, in order, each with the number before it on its channel (index `events_team`). */
export async function readLog({ tx, actor }: Context, above: number, limit: number): Promise<LoggedEvent[]> {
  const before = (team: ReturnType<typeof sql>) =>
    sql`(select max(p.seq) from events p where p.org_id = e.org_id and p.team_id ${team} and p.seq < e.seq)`;
  const rows = await tx.execute<
    LoggedEvent & { isConfidential: boolean } & Record<string, unknown>
  >(sql`select e.seq::float8 as seq,
      coalesce(e.before, case when e.team_id is null then ${before(sql`is null`)} else ${before(sql`= e.team_id`)} end, 0)::float8 as prev,
      e.type, e.team_id as "teamId", e.task_id as "taskId", t.number as "taskNumber", e.subject_id as subject, e.actor,
      e.correlation_id as "correlationId", e.data, coalesce(x.epoch, 0) as epoch, ${confidants} is not null as "isConfidential",
      ${isoTime(sql`e.occurred_at`)} as at
    from (select e.*, lag(e.seq) over (partition by e.team_id order by e.seq) as before
      from (select * from events e where e.org_id = ${actor.orgId} and e.seq > ${above} order by e.seq limit ${limit}) e) e
    left join channel_epochs x on x.org_id = e.org_id and x.scope_id = coalesce(e.team_id, e.org_id)
    left join tasks t on t.org_id = e.org_id and t.id = e.task_id order by e.seq`);
  // The whole team hears its channel.
  return rows.map(({ isConfidential, ...row }) => {
    const told = { ...row, data: toldOf(row) };
    return isConfidential ? bare(told) : told;
  });
}

/**
 * Turns events into frames. Cards are read after their events have committed, so a card is never older than its frame;
 * of several events of one task only the last brings the card, since whoever misses the last one catches up anyway.
 */
export async function buildFrames(context: Context, events: readonly LoggedEvent[]): Promise<AddressedFrame[]> {
  const { orgId } = context.actor;
  const dependents = await readDependents(context, events);
  const lastOf = new Map(events.flatMap(({ taskId, seq }) => (taskId ? [[taskId, seq] as const] : [])));
  const cards = await cardsOf(context, [...new Set([...lastOf.keys(), ...dependents.map(({ id }) => id)])]);
  const cardOf = new Map(cards.map((card) => [card.id, card]));
  const ticks = await readTicks(context, events);
  return events.flatMap(({ epoch, ...told }) => {
    const freed = dependents.filter(({ seq }) => seq === told.seq);
    const own = told.taskId && lastOf.get(told.taskId) === told.seq ? [told.taskId] : [];
    const near = [...own, ...freed.filter(({ teamId }) => teamId === told.teamId).map(({ id }) => id)];
    const channel = channelOf({ orgId, teamId: told.teamId }, epoch);
    return [
      { seq: told.seq, channel, event: changedEvent, data: encode(told, pick(cardOf, near)) },
      ...ticks.filter(({ seq }) => seq === told.seq),
      // A dependent in another team has changed too, though its team's channel has no event of it.
      ...freed
        .filter(({ teamId }) => teamId !== told.teamId)
        .map(({ id, teamId, epoch: theirs }) => ({
          seq: told.seq,
          channel: channelOf({ orgId, teamId }, theirs),
          event: changedEvent,
          data: encode({ ...told, teamId, taskId: id, taskNumber: null, data: {}, extra: true }, pick(cardOf, [id])),
        })),
    ];
  });
}

/**
 * An inbox shows what waits in all teams of a person, and a page hears one team: so that it reads again, the organization's
 * channel tells that something was asked or answered, and nothing else. Whoever may not see it reads the same as before.
 * Likewise whoever is taken into a team hears its channel only from then on.
 */
async function readTicks({ tx, actor }: Context, events: readonly LoggedEvent[]): Promise<AddressedFrame[]> {
  const asked = events.filter(({ type, teamId }) => teamId !== null && /^(request\.|team\.member_)/.test(type));
  if (asked.length === 0) return [];
  const [row] = await tx.execute<{ epoch: number }>(
    sql`select epoch from channel_epochs where org_id = ${actor.orgId} and scope_id = ${actor.orgId}`,
  );
  const channel = channelOf({ orgId: actor.orgId, teamId: null }, row?.epoch ?? 0);
  return asked.map(({ type: told, seq, prev, at }) => {
    const nobody = { kind: "system" as const, id: "inbox", name: "inbox" };
    const type = told.startsWith("request.") ? "request.changed" : told;
    const silent = { subject: actor.orgId, teamId: null, taskId: null, taskNumber: null, correlationId: "" };
    const tick: Frame = { ...silent, seq, prev, at, type, actor: nobody, extra: true };
    return { seq, channel, event: changedEvent, data: JSON.stringify(tick) };
  });
}

interface Dependent {
  seq: number;
  id: string;
  teamId: string;
  epoch: number;
}

/** The tasks that wait for one fewer since an event; twenty of them are more than a frame can hold. */
async function readDependents({ tx, actor }: Context, events: readonly LoggedEvent[]): Promise<Dependent[]> {
  const done = events.filter(({ type, data }) => type === "task.status_changed" && data.to === "done");
  if (done.length === 0) return [];
  const [ids, seqs] = [done.map(({ subject }) => subject), done.map(({ seq }) => seq)];
  return tx.execute<Dependent & Record<string, unknown>>(sql`select e.seq::float8 as seq, t.id, t.team_id as "teamId",
      coalesce(x.epoch, 0) as epoch
    from unnest(${`{${ids.join(",")}}`}::uuid[], ${`{${seqs.join(",")}}`}::bigint[]) as e(id, seq),
      lateral (select d.task_id from task_dependencies d where d.org_id = ${actor.orgId} and d.depends_on_id = e.id limit 20) d
    join tasks t on t.org_id = ${actor.orgId} and t.id = d.task_id
    left join channel_epochs x on x.org_id = t.org_id and x.scope_id = t.team_id order by e.seq, t.number`);
}

const pick = (cards: ReadonlyMap<string, Card>, ids: readonly string[]) => ids.flatMap((id) => cards.get(id) ?? []);

/** What fits: all of it, or without the event's data (a description can be long), or a word to read it again. */
function encode({ data, ...told }: Omit<Frame, "cards">, cards: Card[]): string {
  const withCards: Frame = cards.length > 0 ? { ...told, cards } : told;
  const whole = JSON.stringify({ ...withCards, data });
  if (Buffer.byteLength(whole) <= frameBytes) return whole;
  const light = JSON.stringify(withCards);
  if (Buffer.byteLength(light) <= frameBytes) return light;
  return JSON.stringify({ ...told, reference: true } satisfies Frame);
}
