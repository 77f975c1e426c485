import { type SQL, sql } from "drizzle-orm";

/** Counts what `spoken` (org_id, id, spoken_at) just numbered, in the same statement: a message costs no round trip more. */
export const countSpoken: SQL = sql`insert into channel_minutes as n (org_id, channel_id, minute, messages)
  select org_id, id, date_trunc('minute', spoken_at), 1 from spoken order by org_id, id
  on conflict (org_id, channel_id, minute) do update set messages = n.messages + 1`;
