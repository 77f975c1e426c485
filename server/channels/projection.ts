import { type SQL, sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { channelEvents } from "./events.ts";

/** The channel of an event, with its row: made by whatever is decided about it first. */
const change = (events: SQL, columns: string[], values: SQL) => {
  const names = sql.raw(columns.join(", "));
  const set = sql.raw(columns.map((column) => `${column} = excluded.${column}`).join(", "));
  return sql`insert into channels (org_id, id, owner_id, path, created_at, ${names})
    select e.org_id, e.subject_id, (e.data->>'ownerId')::uuid, e.data->>'path', e.at, ${values} from ${events}
    on conflict (org_id, id) do update set ${set}`;
};

export const channelProjections: Projections<typeof channelEvents> = {
  "handle.given": async (tx, events) => {
    await tx.execute(sql`update handles h set is_current = false from ${events}
      where h.org_id = e.org_id and h.owner_id = e.subject_id and h.is_current`);
    await tx.execute(sql`insert into handles (org_id, handle, owner_id, owner_kind, is_current, created_at)
      select e.org_id, e.data->>'handle', e.subject_id, e.data->>'kind', true, e.at from ${events}
      on conflict (org_id, handle) do update set is_current = true`);
  },
  "channel.locked": (tx, events) => tx.execute(change(events, ["locked_at"], sql`e.at`)),
  "channel.unlocked": (tx, events) => tx.execute(change(events, ["locked_at"], sql`null::timestamptz`)),
  "channel.granted": async (tx, events) => {
    await tx.execute(sql`insert into channels (org_id, id, owner_id, path, created_at)
      select e.org_id, e.subject_id, (e.data->>'ownerId')::uuid, e.data->>'path', e.at from ${events}
      on conflict (org_id, id) do nothing`);
    await tx.execute(sql`insert into channel_grants (org_id, channel_id, grantee_id, created_at)
      select e.org_id, e.subject_id, (e.data->>'granteeId')::uuid, e.at from ${events} on conflict do nothing`);
  },
  "channel.revoked": (tx, events) =>
    tx.execute(sql`delete from channel_grants g using ${events}
      where g.org_id = e.org_id and g.channel_id = e.subject_id and g.grantee_id = (e.data->>'granteeId')::uuid`),
  "channel.advertised": (tx, events) =>
    tx.execute(
      change(
        events,
        ["description", "schema", "advertised_at"],
        sql`e.data->>'description', nullif(e.data->'schema', 'null'::jsonb), e.at`,
      ),
    ),
  "channel.advert_withdrawn": (tx, events) =>
    tx.execute(change(events, ["description", "schema", "advertised_at"], sql`null, null::jsonb, null::timestamptz`)),
  "channel.history_changed": (tx, events) =>
    tx.execute(change(events, ["keep_count", "keep_seconds"], sql`(e.data->>'count')::int, (e.data->>'seconds')::int`)),
};
