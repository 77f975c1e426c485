import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { Projections } from "../events/projection.ts";
import type { PendingEvent } from "../events/registry.ts";
import { refreshPaths, weightOf } from "./paths.ts";
import { taskEvents } from "./events.ts";

const statusChange = taskEvents["task.status_changed"];
const created = taskEvents["task.created"];
const updated = taskEvents["task.updated"];

const subjectOf = ({ orgId, subjectId }: PendingEvent) => ({ orgId, taskId: subjectId });
/** The other end of an edge that was added or removed: its chain is longer or shorter now. */
const predecessorOf = ({ orgId, data }: PendingEvent) => ({
  orgId,
  taskId: taskEvents["task.dependency_added"].parse(data).dependsOnId,
});

const predecessorsOf = (tx: Tx, events: readonly PendingEvent[]) =>
  tx.execute<{ orgId: string; taskId: string }>(sql`select distinct d.org_id as "orgId", d.depends_on_id as "taskId"
    from jsonb_to_recordset(${JSON.stringify(events.map(({ orgId, subjectId }) => ({ o: orgId, t: subjectId })))}::text::jsonb) as c(o uuid, t uuid)
    join task_dependencies d on d.org_id = c.o and d.task_id = c.t`);

const textsOf = (field: string) =>
  sql`array(select jsonb_array_elements_text(case when jsonb_typeof(e.data->${field}) = 'array' then e.data->${field} else '[]' end))`;
const estimate = sql`(e.data->>'estimateMinutes')::int`;
const complexity = sql`coalesce(e.data->>'complexity', 'medium')`;
const tools = sql`case when jsonb_typeof(e.data->'allowedTools') = 'array' then ${textsOf("allowedTools")} end`;

/** Rework comes first, then priority: the first column of dispatch order. */
const queueRank = (rework: SQL, priority: SQL) =>
  sql`case when ${rework} > 0 then 0 else array_position(array['critical','high','medium','low'], ${priority}) end`;

export const taskProjections: Projections<typeof taskEvents> = {
  "task.created": async (tx, events, list) => {
    await tx.execute(sql`insert into tasks (org_id, id, number, team_id, repo_id, title, description, type, priority, queue_rank,
        status, assignee_kind, assignee_id, pinned, tags, branch, open_dependencies, dependencies, rework, created_by, origin, tainted, plan_id, plan_key,
        rigor, complexity, acceptance_criteria, touches, estimate_minutes, estimate_tokens, estimate_cost_micros, model_tier,
        allowed_tools, path_minutes, created_at, updated_at, status_changed_at)
      select e.org_id, e.subject_id, (e.data->>'number')::int, e.team_id, (e.data->>'repoId')::uuid, e.data->>'title',
        e.data->>'description', e.data->>'type', e.data->>'priority', ${queueRank(sql`0`, sql`e.data->>'priority'`)},
        'todo', e.data->'assignee'->>'kind', (e.data->'assignee'->>'id')::uuid,
        e.data->'assignee'->>'id' is not null, array(select jsonb_array_elements_text(e.data->'tags')), e.data->>'branch', (e.data->>'openDependencies')::int,
        jsonb_array_length(e.data->'dependsOn'), 0, e.actor, e.data->'origin', coalesce((e.data->>'tainted')::boolean, false),
        (e.data->'plan'->>'id')::uuid, e.data->'plan'->>'key', e.data->'plan'->>'rigor', ${complexity},
        ${textsOf("acceptanceCriteria")}, ${textsOf("touches")}, ${estimate}, (e.data->>'estimateTokens')::bigint,
        (e.data->>'estimateCostMicros')::bigint, e.data->>'modelTier', ${tools}, ${weightOf(estimate, complexity)},
        e.at, e.at, e.at from ${events}`);
    await tx.execute(sql`insert into task_dependencies (org_id, task_id, depends_on_id)
      select e.org_id, e.subject_id, d::uuid from ${events}, jsonb_array_elements_text(e.data->'dependsOn') as d`);
    const waiting = list.filter(({ data }) => created.parse(data).dependsOn.length > 0);
    await refreshPaths(tx, waiting.map(subjectOf));
  },
  "task.updated": async (tx, events, list) => {
    await tx.execute(sql`update tasks t set title = coalesce(e.data->>'title', t.title),
      description = coalesce(e.data->>'description', t.description), type = coalesce(e.data->>'type', t.type),
      priority = coalesce(e.data->>'priority', t.priority),
      queue_rank = ${queueRank(sql`t.rework`, sql`coalesce(e.data->>'priority', t.priority)`)},
      tags = case when e.data ? 'tags' then array(select jsonb_array_elements_text(e.data->'tags')) else t.tags end,
      repo_id = case when e.data ? 'repoId' then (e.data->>'repoId')::uuid else t.repo_id end,
      complexity = coalesce(e.data->>'complexity', t.complexity),
      acceptance_criteria = case when e.data ? 'acceptanceCriteria' then ${textsOf("acceptanceCriteria")} else t.acceptance_criteria end,
      touches = case when e.data ? 'touches' then ${textsOf("touches")} else t.touches end,
      estimate_minutes = case when e.data ? 'estimateMinutes' then ${estimate} else t.estimate_minutes end,
      estimate_tokens = case when e.data ? 'estimateTokens' then (e.data->>'estimateTokens')::bigint else t.estimate_tokens end,
      estimate_cost_micros = case when e.data ? 'estimateCostMicros' then (e.data->>'estimateCostMicros')::bigint else t.estimate_cost_micros end,
      model_tier = case when e.data ? 'modelTier' then e.data->>'modelTier' else t.model_tier end,
      allowed_tools = case when e.data ? 'allowedTools' then ${tools} else t.allowed_tools end, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`);
    const weighed = list.filter(({ data }) => {
      const { complexity: changed, estimateMinutes } = updated.parse(data);
      return changed !== undefined || estimateMinutes !== undefined;
    });
    await refreshPaths(tx, weighed.map(subjectOf));
  },
  "task.assigned": (tx, events) =>
    tx.execute(sql`update tasks t set assignee_kind = e.data->'assignee'->>'kind',
      assignee_id = (e.data->'assignee'->>'id')::uuid,
      pinned = e.data->'assignee'->>'id' is not null, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "task.dependency_added": async (tx, events, list) => {
    await tx.execute(sql`insert into task_dependencies (org_id, task_id, depends_on_id)
      select e.org_id, e.subject_id, (e.data->>'dependsOnId')::uuid from ${events}`);
    await tx.execute(sql`update tasks t set dependencies = t.dependencies + e.n, open_dependencies = t.open_dependencies + e.open,
      updated_at = e.at from (select e.org_id, e.subject_id, count(*)::int as n,
        count(*) filter (where (e.data->>'open')::boolean)::int as open, max(e.at) as at from ${events} group by 1, 2) e
      where t.org_id = e.org_id and t.id = e.subject_id`);
    await refreshPaths(tx, list.map(predecessorOf));
  },
  "task.dependency_removed": async (tx, events, list) => {
    await tx.execute(sql`delete from task_dependencies d using ${events}
      where d.org_id = e.org_id and d.task_id = e.subject_id and d.depends_on_id = (e.data->>'dependsOnId')::uuid`);
    await tx.execute(sql`update tasks t set dependencies = t.dependencies - e.n, open_dependencies = t.open_dependencies - e.open,
      updated_at = e.at from (select e.org_id, e.subject_id, count(*)::int as n,
        count(*) filter (where (e.data->>'open')::boolean)::int as open, max(e.at) as at from ${events} group by 1, 2) e
      where t.org_id = e.org_id and t.id = e.subject_id`);
    await refreshPaths(tx, list.map(predecessorOf));
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
    // Nothing leads to what is cancelled any more.
    const cancelled = list.filter((_, at) => moves[at]?.to === "cancelled");
    if (cancelled.length > 0) await refreshPaths(tx, await predecessorsOf(tx, cancelled));
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
  "task.output_stored": (tx, events) =>
    tx.execute(sql`insert into task_outputs (org_id, task_id, output, stored_by, stored_at)
      select e.org_id, e.subject_id, e.data->>'output', e.actor, e.at from ${events}
      on conflict (org_id, task_id) do update set output = excluded.output, stored_by = excluded.stored_by, stored_at = excluded.stored_at`),
  "task.waits_changed": () => Promise.resolve(),
  "task.archived": (tx, events) =>
    tx.execute(sql`update tasks t set archived_at = e.at, updated_at = e.at
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
};
