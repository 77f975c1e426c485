import { type SQL, sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import { eventData } from "../events/registry.ts";

type Types =
  | "task.created"
  | "task.updated"
  | "task.assigned"
  | "task.dependency_added"
  | "task.dependency_removed"
  | "task.claimed"
  | "task.status_changed"
  | "task.pushed"
  | "task.archived";

const statusChange = eventData["task.status_changed"];

/** Rework comes first, then priority: the first column of dispatch order. */
const queueRank = (rework: SQL, priority: SQL) =>
  sql`case when ${rework} > 0 then 0 else array_position(array['critical','high','medium','low'], ${priority}) end`;

export const taskProjections: Projections<Types> = {
  "task.created": async (tx, events) => {
    await tx.execute(sql`insert into tasks (org_id, id, number, team_id, repo_id, title, description, type, priority, queue_rank,
        status, assignee_kind, assignee_id, pinned, tags, branch, open_dependencies, dependencies, rework, created_by, origin, tainted, created_at,
        updated_at, status_changed_at)
      select e.org_id, e.subject_id, (e.data->>'number')::int, e.team_id, (e.data->>'repoId')::uuid, e.data->>'title',
        e.data->>'description', e.data->>'type', e.data->>'priority', ${queueRank(sql`0`, sql`e.data->>'priority'`)},
        'todo', e.data->'assignee'->>'kind', (e.data->'assignee'->>'id')::uuid,
        e.data->'assignee'->>'id' is not null, array(select jsonb_array_elements_text(e.data->'tags')), e.data->>'branch', (e.data->>'openDependencies')::int,
        jsonb_array_length(e.data->'dependsOn'), 0, e.actor, e.data->'origin', coalesce((e.data->>'tainted')::boolean, false), e.at, e.at, e.at from ${events}`);
    await tx.execute(sql`insert into task_dependencies (org_id, task_id, depends_on_id)
      select e.org_id, e.subject_id, d::uuid from ${events}, jsonb_array_elements_text(e.data->'dependsOn') as d`);
  },
  "task.updated": (tx, events) =>
    tx.execute(sql`update tasks t set title = coalesce(e.data->>'title', t.title),
      description = coalesce(e.data->>'description', t.description), type = coalesce(e.data->>'type', t.type),
      priority = coalesce(e.data->>'priority', t.priority),
      queue_rank = ${queueRank(sql`t.rework`, sql`coalesce(e.data->>'priority', t.priority)`)},
      tags = case when e.data ? 'tags' then array(select jsonb_array_elements_text(e.data->'tags')) else t.tags end,
      repo_id = case when e.data ? 'repoId' then (e.data->>'repoId')::uuid else t.repo_id end, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "task.assigned": (tx, events) =>
    tx.execute(sql`update tasks t set assignee_kind = e.data->'assignee'->>'kind',
      assignee_id = (e.data->'assignee'->>'id')::uuid,
      pinned = e.data->'assignee'->>'id' is not null, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "task.dependency_added": async (tx, events) => {
    await tx.execute(sql`insert into task_dependencies (org_id, task_id, depends_on_id)
      select e.org_id, e.subject_id, (e.data->>'dependsOnId')::uuid from ${events}`);
    await tx.execute(sql`update tasks t set dependencies = t.dependencies + e.n, open_dependencies = t.open_dependencies + e.open,
      updated_at = e.at from (select e.org_id, e.subject_id, count(*)::int as n,
        count(*) filter (where (e.data->>'open')::boolean)::int as open, max(e.at) as at from ${events} group by 1, 2) e
      where t.org_id = e.org_id and t.id = e.subject_id`);
  },
  "task.dependency_removed": async (tx, events) => {
    await tx.execute(sql`delete from task_dependencies d using ${events}
      where d.org_id = e.org_id and d.task_id = e.subject_id and d.depends_on_id = (e.data->>'dependsOnId')::uuid`);
    await tx.execute(sql`update tasks t set dependencies = t.dependencies - e.n, open_dependencies = t.open_dependencies - e.open,
      updated_at = e.at from (select e.org_id, e.subject_id, count(*)::int as n,
        count(*) filter (where (e.data->>'open')::boolean)::int as open, max(e.at) as at from ${events} group by 1, 2) e
      where t.org_id = e.org_id and t.id = e.subject_id`);
  },
  "task.claimed": (tx, events) =>
    tx.execute(sql`with leased as (
        insert into leases (org_id, id, task_id, team_id, agent_id, user_id, slot, fence, started_at)
        select e.org_id, (e.data->>'lease')::uuid, e.subject_id, e.team_id, (e.data->>'agentId')::uuid,
          (e.data->>'userId')::uuid, (e.data->>'slot')::int, (e.data->>'fence')::bigint, e.at from ${events}
      )
      update tasks t set status = 'in_progress',
        assignee_kind = case when e.data->>'agentId' is null then 'user' else 'agent' end,
        assignee_id = coalesce((e.data->>'agentId')::uuid, (e.data->>'userId')::uuid), updated_at = e.at, status_changed_at = e.at
        from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "task.status_changed": async (tx, events, list) => {
    const moves = list.map(({ data }) => statusChange.parse(data));
    const free = sql`e.data->>'to' = 'todo' and e.data ? 'lease' and not t.pinned`;
    await tx.execute(sql`update tasks t set status = e.data->>'to',
      assignee_kind = case when ${free} then null else t.assignee_kind end,
      assignee_id = case when ${free} then null else t.assignee_id end, updated_at = e.at, status_changed_at = e.at,
      rework = t.rework + coalesce((e.data->>'rework')::boolean, false)::int,
      queue_rank = ${queueRank(sql`t.rework + coalesce((e.data->>'rework')::boolean, false)::int`, sql`t.priority`)}
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`);
    if (moves.some(({ lease }) => lease)) {
      await tx.execute(sql`update leases l set ended_at = e.at, end_reason = e.data->'lease'->>'end'
        from ${events} where e.data ? 'lease' and l.org_id = e.org_id and l.id = (e.data->'lease'->>'id')::uuid`);
    }
    // A dependent counts its predecessors that are not done: one fewer with each that gets done. A statement of its own,
    // since one statement cannot change a task twice, and a dependent may be among the tasks above.
    if (moves.some(({ to }) => to === "done")) {
      await tx.execute(sql`update tasks t set open_dependencies = t.open_dependencies - f.n
        from (select e.org_id, d.task_id, count(*)::int as n from ${events}
          join task_dependencies d on d.org_id = e.org_id and d.depends_on_id = e.subject_id
          where e.data->>'to' = 'done' group by 1, 2) f where t.org_id = f.org_id and t.id = f.task_id`);
    }
  },
  "task.pushed": (tx, events) =>
    tx.execute(sql`update tasks t set head_commit = e.data->>'commit', updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "task.archived": (tx, events) =>
    tx.execute(sql`update tasks t set archived_at = e.at, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
};
