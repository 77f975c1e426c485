import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { mcpServerEvents } from "./events.ts";

export const mcpServerProjections: Projections<typeof mcpServerEvents> = {
  "mcp_server.added": (tx, events) =>
    tx.execute(sql`insert into mcp_servers (org_id, id, name, transport, url, command, args, secret_names, enabled, accepted, created_by, created_at)
      select e.org_id, e.subject_id, e.data->>'name', e.data->>'transport', e.data->>'url', e.data->>'command',
        array(select jsonb_array_elements_text(e.data->'args')), array(select jsonb_array_elements_text(e.data->'secretNames')),
        true, '{}', e.actor, e.at from ${events}`),
  "mcp_server.updated": (tx, events) =>
    tx.execute(sql`update mcp_servers m set url = coalesce(e.data->>'url', m.url), command = coalesce(e.data->>'command', m.command),
      args = case when e.data ? 'args' then array(select jsonb_array_elements_text(e.data->'args')) else m.args end,
      secret_names = case when e.data ? 'secretNames' then array(select jsonb_array_elements_text(e.data->'secretNames')) else m.secret_names end,
      enabled = coalesce((e.data->>'enabled')::boolean, m.enabled)
      from ${events} where m.org_id = e.org_id and m.id = e.subject_id`),
  "mcp_server.tools_accepted": (tx, events) =>
    tx.execute(sql`update mcp_servers m set accepted = m.accepted || (e.data->'tools') from ${events}
      where m.org_id = e.org_id and m.id = e.subject_id`),
  "mcp_server.offered": (tx, events) =>
    tx.execute(sql`update mcp_servers m set offered_to = nullif(e.data->'to', 'null') from ${events}
      where m.org_id = e.org_id and m.id = e.subject_id`),
  "mcp_server.removed": (tx, events) =>
    tx.execute(
      sql`update mcp_servers m set removed_at = e.at from ${events} where m.org_id = e.org_id and m.id = e.subject_id`,
    ),
};
