import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Cache, Sandbox } from "./schema.ts";

interface Provider extends Record<string, unknown> {
  status: string;
  detail: string;
  data: { provider?: "bubblewrap" | "docker" | "process"; isolated?: boolean; warning?: string | null };
}

/** All sandboxes of the organization, those that run first, and what they are made of. */
export async function listSandboxes(context: Context) {
  const [seen] = await context.tx.execute<Provider>(
    sql`select status, detail, data from instance_resources where name = 'sandbox'`,
  );
  const { provider: name, isolated = false, warning = null } = seen?.data ?? {};
  const isUp = seen?.status === "up" && name !== undefined;
  return {
    provider: isUp ? { name, isolated, detail: seen.detail, warning } : null,
    trouble: seen && !isUp ? seen.detail : null,
    sandboxes: await readSandboxes(context, sql`true`),
  };
}

/** One sandbox. @throws AppError not_found, the same for missing and foreign. */
export async function readSandbox(context: Context, id: string): Promise<Sandbox> {
  const [found] = await readSandboxes(context, sql`b.id = ${id}`);
  if (found) return found;
  throw new AppError("not_found", `There is no sandbox ${id} here. list_sandboxes shows those there are.`);
}

function readSandboxes({ tx, actor }: Context, which: SQL): Promise<Sandbox[]> {
  return tx.execute<Sandbox & Record<string, unknown>>(sql`
    select b.id, b.provider, b.host, b.status, b.reason, b.asked,
      case when s.id is not null then json_build_object('id', s.id, 'name', s.name, 'teamId', s.team_id) end as session,
      case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end as workspace,
      case when b.memory_bytes is not null then json_build_object('memoryBytes', b.memory_bytes,
        'processes', b.processes, 'cpuSeconds', b.cpu_seconds) end as usage,
      json_build_object('memoryMb', b.memory_limit_mb, 'cpus', b.cpu_limit, 'processes', b.process_limit,
        'diskMb', b.disk_limit_mb) as limits,
      ${isoTime(sql`b.since`)} as since, ${isoTime(sql`b.seen_at`)} as "seenAt"
      from sandboxes b
      left join sessions s on s.org_id = b.org_id and s.id = b.id
      left join workspaces w on w.org_id = b.org_id and w.id = coalesce(s.workspace_id, b.id)
     where b.org_id = ${actor.orgId} and ${which}
     order by b.status = 'running' desc, b.since desc, b.id limit 500`);
}

/** The caches of the actor's teams, the largest first; one of several machines is one here. */
export function readCaches({ tx, actor }: Context, which: SQL): Promise<Cache[]> {
  const teams = JSON.stringify(actor.teams === "all" ? [] : actor.teams);
  return tx.execute<Cache & Record<string, unknown>>(sql`
    with sums as (
      select c.id, c.repo_id, c.team_id, sum(c.files)::int as files, max(c.measured_at) as measured_at,
        bool_or(c.clear_asked_at is not null) as clearing from caches c
       where c.org_id = ${actor.orgId} and ${which}
         and (${actor.teams === "all"} or c.team_id in (select value::uuid from jsonb_array_elements_text(${teams}::text::jsonb)))
       group by c.id, c.repo_id, c.team_id)
    select c.id, c.files, c.clearing as "isClearing", ${isoTime(sql`c.measured_at`)} as "measuredAt",
      json_build_object('id', t.id, 'name', t.name) as team,
      case when r.id is not null then json_build_object('id', r.id, 'name', r.name) end as repo,
      coalesce((select sum(value::numeric)::float8 from caches x, jsonb_each_text(x.tools)
        where x.org_id = ${actor.orgId} and x.id = c.id), 0) as bytes,
      coalesce((select jsonb_object_agg(key, bytes) from (select key, sum(value::numeric)::float8 as bytes
        from caches x, jsonb_each_text(x.tools) where x.org_id = ${actor.orgId} and x.id = c.id group by key) of_tool), '{}') as tools
      from sums c join teams t on t.org_id = ${actor.orgId} and t.id = c.team_id
      left join repos r on r.org_id = ${actor.orgId} and r.id = c.repo_id
     order by bytes desc, c.id limit 500`);
}
