import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { organizationEvents } from "./events.ts";

export const organizationProjections: Projections<typeof organizationEvents> = {
  "organization.created": (tx, events) =>
    tx.execute(sql`insert into organizations (org_id, name, slug, created_at)
      select e.org_id, e.data->>'name', e.data->>'slug', e.at from ${events}`),
  "organization.renamed": (tx, events) =>
    tx.execute(sql`update organizations o set name = e.data->>'name' from ${events} where o.org_id = e.org_id`),
  "organization.paused": (tx, events) =>
    tx.execute(sql`update organizations o set paused_at = coalesce(o.paused_at, e.at), paused_by = e.actor, pause_reason = e.data->>'reason',
      pause_mode = coalesce(e.data->>'mode', 'drain')
      from ${events} where o.org_id = e.org_id`),
  "organization.resumed": (tx, events) =>
    tx.execute(sql`update organizations o set paused_at = null, paused_by = null, pause_reason = null, pause_mode = null
      from ${events} where o.org_id = e.org_id`),
};
