import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { priceEvents } from "./events.ts";

export const priceProjections: Projections<typeof priceEvents> = {
  "price.set": (tx, events) =>
    tx.execute(sql`insert into prices (org_id, id, provider, model, input_micros, output_micros, cache_read_micros, cache_write_micros, valid_from, set_by, created_at)
      select e.org_id, e.subject_id, e.data->>'provider', e.data->>'model', (e.data->>'inputMicros')::bigint, (e.data->>'outputMicros')::bigint,
        (e.data->>'cacheReadMicros')::bigint, (e.data->>'cacheWriteMicros')::bigint, (e.data->>'validFrom')::timestamptz, e.actor, e.at from ${events}`),
};
