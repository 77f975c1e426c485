import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { Resource } from "./schema.ts";

/** What the organization's work stands on and how it is, as the monitor saw it last; and which tasks wait for it. */
export async function listResources({ tx, actor }: Context) {
  const resources = await tx.execute<Resource & Record<string, unknown>>(sql`
    select name, 'installation' as kind, status, detail, '[]'::jsonb as models, '[]'::jsonb as loaded,
      ${isoTime(sql`since`)} as since, ${isoTime(sql`checked_at`)} as "checkedAt" from instance_resources
    union all
    ${ownSandboxes(actor.orgId)}
    union all
    select substr(name, position(':' in name) + 1), case when name like 'mcp:%' then 'mcp' else 'model' end, status, detail,
      coalesce(data->'models', '[]'), coalesce(data->'loaded', '[]'), ${isoTime(sql`since`)}, ${isoTime(sql`checked_at`)}
      from org_resources where org_id = ${actor.orgId}
    order by 2, 1`);
  const teams = JSON.stringify(actor.teams === "all" ? [] : actor.teams);
  const waiting = await tx.execute<{
    task: { id: string; number: number; title: string };
    resource: string;
    reason: string;
    since: string;
  }>(sql`
    select json_build_object('id', t.id, 'number', t.number, 'title', t.title) as task, w.resource, w.reason, ${isoTime(sql`w.since`)} as since
      from task_waits w join tasks t on t.org_id = w.org_id and t.id = w.task_id
     where w.org_id = ${actor.orgId} and t.archived_at is null
       and (${actor.teams === "all"} or t.team_id in (select value::uuid from jsonb_array_elements_text(${teams}::text::jsonb)))
     order by w.since limit 200`);
  return { resources, waiting };
}

/** What the organization's own sandboxes use together, of what they may: told by the workers beside them. */
const ownSandboxes = (orgId: string) => sql`
    select 'running_sandboxes', 'installation', 'up',
      case when count(*) = 0 then 'None runs.' else format('%s run: %s of %s MB of memory, %s processes, %s s of CPU since they began.',
        count(*), round(coalesce(sum(memory_bytes), 0) / 1048576), sum(memory_limit_mb), coalesce(sum(processes), 0),
        round(coalesce(sum(cpu_seconds), 0)::numeric)) end,
      '[]', '[]', ${isoTime(sql`coalesce(min(since), now())`)}, ${isoTime(sql`coalesce(max(seen_at), now())`)}
      from sandboxes where org_id = ${orgId} and status = 'running'`;
