import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { BoxFound, BoxUsage } from "../sandbox/box.ts";

/** A machine and data folder, and what its sandboxes are made of. */
export interface Place {
  place: string;
  host: string;
  provider: "bubblewrap" | "docker" | "process";
}

export interface SeenBox extends BoxFound {
  orgId: string;
  usage: BoxUsage | null;
}

/** Another machine's workers have been silent for so long that what they told is of no use. */
const forgottenAfter = "1 day";

/** Keeps what is there at a place; what is there no more is forgotten. Over all organizations. */
export async function keepSandboxes({ tx }: Context, at: Place, seen: readonly SeenBox[]): Promise<void> {
  const rows = seen.map(({ id, orgId, status, reason = null, limits, usage }) => ({
    ...{ id, org_id: orgId, status, reason, memory_bytes: usage?.memoryBytes ?? null },
    ...{ processes: usage?.processes ?? null, cpu_seconds: usage?.cpuSeconds ?? null },
    ...{ memory_limit_mb: limits.memoryMb, cpu_limit: limits.cpus, process_limit: limits.processes },
    disk_limit_mb: limits.diskMb,
  }));
  // One that moved on to another machine is told by that one; an organization that is gone has none.
  await tx.execute(sql`insert into sandboxes (org_id, id, place, host, provider, status, reason, memory_bytes, processes,
      cpu_seconds, memory_limit_mb, cpu_limit, process_limit, disk_limit_mb, since, seen_at)
    select s.org_id, s.id, ${at.place}, ${at.host}, ${at.provider}, s.status, s.reason, s.memory_bytes, s.processes,
      s.cpu_seconds, s.memory_limit_mb, s.cpu_limit, s.process_limit, s.disk_limit_mb, now(), now()
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as s(org_id uuid, id uuid, status text, reason text,
        memory_bytes bigint, processes int, cpu_seconds real, memory_limit_mb int, cpu_limit real, process_limit int, disk_limit_mb int)
      join organizations o on o.org_id = s.org_id
    on conflict (org_id, id) do update set place = excluded.place, host = excluded.host, provider = excluded.provider,
      status = excluded.status, reason = excluded.reason, memory_bytes = excluded.memory_bytes, processes = excluded.processes,
      cpu_seconds = excluded.cpu_seconds, memory_limit_mb = excluded.memory_limit_mb, cpu_limit = excluded.cpu_limit,
      process_limit = excluded.process_limit, disk_limit_mb = excluded.disk_limit_mb, seen_at = excluded.seen_at,
      asked = case when excluded.status = 'running' or sandboxes.asked = 'remove' then sandboxes.asked end,
      since = case when sandboxes.status = excluded.status then sandboxes.since else excluded.seen_at end
      where sandboxes.place = excluded.place or excluded.status = 'running' or sandboxes.status <> 'running'`);
  const ids = JSON.stringify(seen.map(({ id }) => id));
  await tx.execute(sql`delete from sandboxes where (place = ${at.place}
      and id not in (select value::uuid from jsonb_array_elements_text(${ids}::text::jsonb)))
    or seen_at < now() - ${forgottenAfter}::interval`);
}

/** What somebody asked the workers of a place for. */
export async function listAsked({ tx }: Context, place: string): Promise<{ id: string; asked: "stop" | "remove" }[]> {
  return tx.execute<{ id: string; asked: "stop" | "remove" }>(
    sql`select id, asked from sandboxes where place = ${place} and asked is not null`,
  );
}

/** Sandboxes that have not run for long: whoever needs one again makes another. */
export async function listUnused({ tx }: Context, place: string): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`select id from sandboxes
    where place = ${place} and status <> 'running' and since < now() - interval '1 day'`);
  return rows.map(({ id }) => id);
}

export interface MeasuredCache {
  orgId: string;
  id: string;
  tools: Record<string, number>;
  files: number;
}

/** Keeps how large caches of a place are, where their repository or team is known. Over all organizations. */
export async function keepCaches({ tx }: Context, place: string, measured: readonly MeasuredCache[]): Promise<void> {
  const rows = measured.map(({ orgId, ...cache }) => ({ org_id: orgId, ...cache }));
  await tx.execute(sql`insert into caches (org_id, id, place, team_id, repo_id, tools, files, measured_at)
    select c.org_id, c.id, ${place}, t.id, r.id, c.tools, c.files, now()
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as c(org_id uuid, id uuid, tools jsonb, files int)
      left join repos r on r.org_id = c.org_id and r.id = c.id
      join teams t on t.org_id = c.org_id and t.id = coalesce(r.team_id, c.id)
    on conflict (org_id, id, place) do update set team_id = excluded.team_id, repo_id = excluded.repo_id,
      tools = excluded.tools, files = excluded.files, measured_at = excluded.measured_at`);
}

/** Caches at a place with when they were measured, and whether somebody wants them emptied. */
export async function listKnownCaches({ tx }: Context, place: string) {
  return tx.execute<{ orgId: string; id: string; isOld: boolean; clear: boolean }>(sql`select org_id as "orgId", id,
    measured_at < now() - interval '10 minutes' as "isOld", clear_asked_at is not null as clear
    from caches where place = ${place}`);
}

/** It was emptied, or its folder is gone. */
export async function noteCleared({ tx }: Context, place: string, { orgId, id }: { orgId: string; id: string }) {
  await tx.execute(sql`delete from caches where org_id = ${orgId} and id = ${id} and place = ${place}`);
}
