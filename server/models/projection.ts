import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { modelEvents } from "./events.ts";

export const modelProjections: Projections<typeof modelEvents> = {
  "model_routing.set": (tx, events) =>
    tx.execute(sql`insert into model_routings (org_id, team_id, tiers, routes, version, set_by, updated_at)
      select e.org_id, e.subject_id, e.data->'tiers', e.data->'routes', (e.data->>'version')::int, e.actor, e.at from ${events}
      on conflict (org_id, team_id) do update set tiers = excluded.tiers, routes = excluded.routes,
        version = excluded.version, set_by = excluded.set_by, updated_at = excluded.updated_at`),
};
