import { sql } from "drizzle-orm";
import type { ResourceStatus } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";

/** What the monitor saw. */
export interface Seen {
  /** `database`, `image_server`; of an organization `model:<provider>`, `mcp:<name>`. */
  name: string;
  status: ResourceStatus;
  /** In words, for people. */
  detail: string;
  data?: Record<string, unknown>;
}

/** Keeps what was seen of the installation. `since` stays while the status does. */
export async function keepInstance({ tx }: Context, seen: readonly Seen[]): Promise<void> {
  await tx.execute(sql`insert into instance_resources (name, status, detail, data, since, checked_at)
    select s.name, s.status, s.detail, coalesce(s.data, '{}'), now(), now()
      from jsonb_to_recordset(${JSON.stringify(seen)}::text::jsonb) as s(name text, status text, detail text, data jsonb)
    on conflict (name) do update set status = excluded.status, detail = excluded.detail, data = excluded.data, checked_at = now(),
      since = case when instance_resources.status = excluded.status then instance_resources.since else now() end`);
}

/**
 * Keeps what was seen of a provider with a credential of an organization, unless that was saved anew or removed meanwhile:
 * then it says nothing. Those that are there no more are forgotten by `forgetRemoved`.
 */
export async function keepOfProvider(
  { tx }: Context,
  { orgId, id, changedAt }: { orgId: string; id: string; changedAt: string },
  seen: Seen,
): Promise<void> {
  await tx.execute(sql`insert into org_resources (org_id, name, status, detail, data, since, checked_at)
    select c.org_id, ${seen.name}, ${seen.status}, ${seen.detail}, ${JSON.stringify(seen.data ?? {})}::text::jsonb, now(), now()
      from model_credentials c where c.org_id = ${orgId} and c.id = ${id} and c.removed_at is null
        and ${isoTime(sql`c.updated_at`)} = ${changedAt}
    on conflict (org_id, name) do update set status = excluded.status, detail = excluded.detail, data = excluded.data, checked_at = now(),
      since = case when org_resources.status = excluded.status then org_resources.since else now() end`);
}

/** Forgets endpoints that were removed. Over all organizations. */
export async function forgetRemoved({ tx }: Context): Promise<void> {
  await tx.execute(sql`delete from org_resources r where
    (r.name like 'model:%' and not exists (select 1 from model_credentials c where c.org_id = r.org_id and 'model:' || c.provider = r.name and c.removed_at is null and c.user_id is null))
    or (r.name like 'mcp:%' and not exists (select 1 from mcp_servers m where m.org_id = r.org_id and 'mcp:' || m.name = r.name and m.removed_at is null and m.enabled))`);
}

/** Shows attached servers beside the rest: what they said when they were last asked. Over all organizations. */
export async function copyMcpStates({ tx }: Context): Promise<void> {
  await tx.execute(sql`insert into org_resources (org_id, name, status, detail, data, since, checked_at)
    select m.org_id, 'mcp:' || m.name, s.status, s.detail, '{}', s.checked_at, s.checked_at from mcp_servers m
      join mcp_server_states s on s.org_id = m.org_id and s.server_id = m.id where m.removed_at is null and m.enabled
    on conflict (org_id, name) do update set status = excluded.status, detail = excluded.detail, checked_at = excluded.checked_at,
      since = case when org_resources.status = excluded.status then org_resources.since else excluded.checked_at end`);
}

/**
 * Has a task wait, and say so, until one of these providers answers again: its model could not be called. Others than
 * agents that talk to models may take it all the same, so it waits only where there are none.
 */
export async function waitForProviders(
  { tx, actor }: Context,
  { id, teamId }: { id: string; teamId: string },
  { providers, reason }: { providers: readonly string[]; reason: string },
): Promise<void> {
  await tx.execute(sql`insert into task_waits (org_id, task_id, resource, reason, since)
    select ${actor.orgId}, ${id}, ${`model:${providers.join(",")}`}, left(${reason}, 500), now()
     where not exists (select 1 from agents a where a.org_id = ${actor.orgId} and a.team_id = ${teamId}
       and a.runtime not in ('model', 'external') and a.status = 'active' and a.role = 'engineer')
    on conflict (org_id, task_id, resource) do update set reason = excluded.reason, since = excluded.since`);
}

/**
 * Has ready tasks wait that need what is down, and lets those go on whose need is up again: the whole of it follows from
 * what was seen, so any number of workers may do it. Over all organizations.
 * A task needs the image server or an attached server when it is limited to tools of theirs; it needs models when only
 * agents that talk to models may take it, and every provider the organization has is down.
 * @returns the tasks that wait from now on for something, or for something less.
 */
export async function settleWaits({ tx }: Context): Promise<{ orgId: string; taskId: string; goesOn: boolean }[]> {
  const needed = sql`
    select t.org_id, t.id as task_id, n.resource, n.reason from tasks t, lateral (
      select 'image_server' as resource, 'The image server is down: ' || i.detail as reason from instance_resources i
       where i.name = 'image_server' and i.status = 'down' and 'generate_image' = any(t.allowed_tools)
      union all select 'embeddings', 'Searching is down: ' || i.detail from instance_resources i
       where i.name = 'embeddings' and i.status = 'down' and 'search_knowledge' = any(t.allowed_tools)
      union all select r.name, 'The MCP server ' || substr(r.name, 5) || ' is down: ' || r.detail from org_resources r
       where r.org_id = t.org_id and r.name like 'mcp:%' and r.status = 'down'
         and exists (select 1 from unnest(t.allowed_tools) as tool where tool like 'mcp\\_\\_' || substr(r.name, 5) || '\\_\\_%')
      union all select 'models', 'No provider of models answers: ' || min(r.detail) from org_resources r
       where r.org_id = t.org_id and r.name like 'model:%'
         and exists (select 1 from agents a where a.org_id = t.org_id and a.team_id = t.team_id and a.runtime = 'model' and a.status = 'active')
         and not exists (select 1 from agents a where a.org_id = t.org_id and a.team_id = t.team_id and a.runtime <> 'model' and a.status = 'active'
           and a.role = 'engineer' and t.assignee_id is null)
         and (t.assignee_id is null or exists (select 1 from agents a where a.org_id = t.org_id and a.id = t.assignee_id and a.runtime = 'model'))
       having count(*) > 0 and count(*) filter (where r.status <> 'down') = 0
      -- Somebody tried it (waitForProviders); every five minutes it is tried again all the same, since another key or another table may help.
      union all select w.resource, w.reason from task_waits w
       where w.org_id = t.org_id and w.task_id = t.id and w.resource like 'model:%' and w.since > now() - interval '5 minutes'
         and not exists (select 1 from unnest(string_to_array(substr(w.resource, 7), ',')) as name where not exists (
           select 1 from org_resources r where r.org_id = t.org_id and r.name = 'model:' || name and r.status = 'down'))) n
     where t.status = 'todo' and t.open_dependencies = 0 and t.archived_at is null`;
  type Told = { orgId: string; taskId: string; isNew: boolean };
  // A row that no transaction has replaced yet is a new one.
  const waiting = await tx.execute<Told>(sql`insert into task_waits (org_id, task_id, resource, reason, since)
    select n.org_id, n.task_id, n.resource, left(n.reason, 500), now() from (${needed}) n
    on conflict (org_id, task_id, resource) do update set reason = excluded.reason where task_waits.reason <> excluded.reason
    returning org_id as "orgId", task_id as "taskId", xmax = 0 as "isNew"`);
  const gone = await tx.execute<{ orgId: string; taskId: string }>(sql`delete from task_waits w where not exists (
      select 1 from (${needed}) n where n.org_id = w.org_id and n.task_id = w.task_id and n.resource = w.resource)
    returning w.org_id as "orgId", w.task_id as "taskId"`);
  return [
    ...waiting.filter(({ isNew }) => isNew).map(({ orgId, taskId }) => ({ orgId, taskId, goesOn: false })),
    ...gone.map(({ orgId, taskId }) => ({ orgId, taskId, goesOn: true })),
  ];
}

/** Enough to see on a board what is the matter; of thousands that wait for one thing, the others show it when they are read. */
const mostTold = 200;

/**
 * Tells pages and the timelines of tasks of one organization that what they wait for changed. It is told after the fact and
 * from the rows: one that crashed in between is read right all the same, and one told twice says what is so.
 */
export async function tellWaits(context: Context, taskIds: readonly string[]): Promise<void> {
  const { tx, actor } = context;
  type Row = { id: string; teamId: string; waits: { resource: string; reason: string }[] } & Record<string, unknown>;
  const rows = await tx.execute<Row>(sql`select t.id, t.team_id as "teamId", coalesce((
      select json_agg(json_build_object('resource', w.resource, 'reason', w.reason) order by w.since, w.resource) from task_waits w
       where w.org_id = t.org_id and w.task_id = t.id), '[]') as waits
    from tasks t where t.org_id = ${actor.orgId} and t.status = 'todo' and t.archived_at is null
      and t.id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify([...new Set(taskIds)].slice(0, mostTold))}::text::jsonb))
    order by t.id`);
  const events = rows.map(({ id, teamId, waits }) => ({ subject: id, task: id, team: teamId, data: { waits } }));
  await record(context, "task.waits_changed", events);
}
