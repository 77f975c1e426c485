import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { quotaEvents } from "./events.ts";

export const quotaProjections: Projections<typeof quotaEvents> = {
  "quota.set": (tx, events) =>
    tx.execute(sql`insert into quotas (org_id, user_id, sessions_at_once, hours_a_day, tokens_a_day, micros_a_day)
      select e.org_id, coalesce((e.data->>'userId')::uuid, '00000000-0000-0000-0000-000000000000'), (e.data->>'sessionsAtOnce')::int,
        (e.data->>'hoursADay')::int, (e.data->>'tokensADay')::bigint, (e.data->>'microsADay')::bigint from ${events}
      on conflict (org_id, user_id) do update set sessions_at_once = excluded.sessions_at_once, hours_a_day = excluded.hours_a_day,
        tokens_a_day = excluded.tokens_a_day, micros_a_day = excluded.micros_a_day`),
};
