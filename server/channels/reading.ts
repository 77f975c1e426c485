import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Tx } from "#db/client.ts";
import type { Message } from "./schema.ts";

/** Somebody's place in a channel: the last number they have, null for the newest of the moment. */
export interface Place {
  id: string;
  name: string;
  since: number | null;
}

export interface Reader {
  orgId: string;
  actorId: string;
  places: readonly Place[];
  limit: number;
}

/** What a reader gets, and where each of its channels goes on. */
export interface Reading {
  messages: Message[];
  places: (Place & { since: number; missed: number })[];
}

/** How long a message stays for those who are reading, whatever its channel keeps. */
export const graceSeconds = 60;

/**
 * Whether a message `m` of a stream `s` (with its channel `c`, if its owner decided anything) is still there to read.
 * `public.*` keeps 100 messages for an hour.
 */
export const isKept: SQL = sql`(m.published_at > now() - make_interval(secs => ${graceSeconds})
  or (m.seq > s.seq - case s.kind when 'public' then 100 else coalesce(c.keep_count, 0) end
    and m.published_at > now() - make_interval(secs => case s.kind when 'public' then 3600 else coalesce(c.keep_seconds, 0) end)))`;

/** A channel as it was read once for all who ask. */
interface Stream {
  orgId: string;
  id: string;
  head: number;
  messages: Message[];
}

/**
 * Reads for many at once, in two statements whatever their number. First the messages, then who may not have them: a
 * revocation between the two withholds what was read before it, and nothing published after one is ever given.
 * @returns a reading for each reader, or the name of a channel it may not hear.
 */
export async function readFor(tx: Tx, readers: readonly Reader[]): Promise<(Reading | { lockedOut: string })[]> {
  const streams = await readStreams(tx, readers);
  const closed = await findClosed(tx, readers);
  return readers.map((reader) => {
    const refused = reader.places.find(({ id }) => closed.has(`${reader.actorId}|${id}`));
    return refused ? { lockedOut: refused.name } : collect(reader, streams);
  });
}

async function readStreams(tx: Tx, readers: readonly Reader[]): Promise<Map<string, Stream>> {
  const asked = new Map<string, { org_id: string; id: string; since: number | null }>();
  for (const { orgId, places } of readers) {
    for (const { id, since } of places) {
      const known = asked.get(id);
      if (!known) asked.set(id, { org_id: orgId, id, since });
      else if (since !== null) known.since = Math.min(known.since ?? since, since);
    }
  }
  const rows = await tx.execute<
    Stream & Record<string, unknown>
  >(sql`select s.org_id as "orgId", s.id, s.seq::float8 as head,
      coalesce((select json_agg(x) from (
        select m.channel, m.sender, m.payload, m.seq::float8 as seq, ${isoTime(sql`m.published_at`)} as timestamp
        from channel_messages m where m.org_id = s.org_id and m.channel_id = s.id
          and m.seq > case when a.since > s.seq then 0 else a.since end and ${isKept}
        order by m.seq limit 100) x), '[]') as messages
    from jsonb_to_recordset(${JSON.stringify([...asked.values()])}::text::jsonb) as a(org_id uuid, id uuid, since bigint)
    join channel_streams s on s.org_id = a.org_id and s.id = a.id
    left join channels c on c.org_id = s.org_id and c.id = s.id`);
  return new Map(
    rows.map((row) => {
      const messages = row.messages.map((told) => ({ ...told, payload: JSON.parse(String(told.payload)) as unknown }));
      return [row.id, { ...row, messages }];
    }),
  );
}

/** Who may not listen to what they ask for, as `actor|channel`. */
async function findClosed(tx: Tx, readers: readonly Reader[]): Promise<Set<string>> {
  const pairs = readers.flatMap(({ orgId, actorId, places }) =>
    places.map(({ id }) => ({ org_id: orgId, actor_id: actorId, id })),
  );
  const rows = await tx.execute<{ key: string }>(sql`select a.actor_id || '|' || c.id as key
    from jsonb_to_recordset(${JSON.stringify(pairs)}::text::jsonb) as a(org_id uuid, actor_id text, id uuid)
    join channels c on c.org_id = a.org_id and c.id = a.id
    where c.locked_at is not null and c.owner_id::text <> a.actor_id and not exists (select 1 from channel_grants g
      where g.org_id = c.org_id and g.channel_id = c.id and g.grantee_id::text = a.actor_id)`);
  return new Set(rows.map(({ key }) => key));
}

/** The oldest first over all channels, up to the limit; each place goes on after the last that is in it. */
function collect({ places, limit }: Reader, streams: ReadonlyMap<string, Stream>): Reading {
  const found = places.map((place) => {
    const { head, messages: all } = streams.get(place.id) ?? { head: 0, messages: [] };
    // A cursor past the end is one of a channel that was idle so long that its count began anew.
    const since = place.since === null ? head : place.since > head ? 0 : place.since;
    const messages = place.since === null ? [] : all.filter(({ seq }) => seq > since);
    return { place, since, messages, missed: (messages[0]?.seq ?? head + 1) - 1 - since };
  });
  const messages = found
    .flatMap((channel) => channel.messages)
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.seq - b.seq))
    .slice(0, limit);
  const given = new Set(messages);
  return {
    messages,
    places: found.map(({ place, since, messages: own, missed }) => {
      const last = own.findLast((message) => given.has(message));
      const isCut = own.length > 0 && !last;
      return { ...place, since: last?.seq ?? (isCut ? since : since + missed), missed: isCut ? 0 : missed };
    }),
  };
}
