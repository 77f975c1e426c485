import { type SQL, sql } from "drizzle-orm";

/** Longer chains count as this long: it bounds what a strange graph can make the database do. */
const longestChain = 50;

/**
 * Two parts of a `with recursive`: what the tasks in `page.root` hold up. Every task that waits for one of them, directly
 * or through others, the longest chain of them, and the agents that work on these tasks or are to. The task itself counts.
 */
export const costsOf = (orgId: string): SQL => sql`reach(root, task, depth) as (
    select p.root, p.root, 1 from page p where p.root is not null
    union
    select r.root, d.task_id, r.depth + 1 from reach r
      join task_dependencies d on d.org_id = ${orgId} and d.depends_on_id = r.task
      join tasks t on t.org_id = ${orgId} and t.id = d.task_id and t.status not in ('done', 'cancelled') and t.archived_at is null
     where r.depth < ${longestChain}
  ), cost as (
    select r.root, count(distinct r.task)::int as tasks, max(r.depth)::int as chain,
      count(distinct t.assignee_id) filter (where t.assignee_kind = 'agent')::int as agents
    from reach r join tasks t on t.org_id = ${orgId} and t.id = r.task group by r.root
  )`;

const plural = (count: SQL, noun: string) =>
  sql`${count} || case when ${count} = 1 then ${` ${noun}`}::text else ${` ${noun}s`}::text end`;

/** A cost as it is read: the figures, and the same in words. */
export const costWords = (
  tasks: SQL,
  agents: SQL,
  chain: SQL,
): SQL => sql`json_build_object('tasks', coalesce(${tasks}, 0),
    'agents', ${agents}, 'criticalPath', coalesce(${chain}, 0), 'words', case
      when ${tasks} > 0 and ${agents} > 0 then 'blocks ' || ${plural(tasks, "task")} || ' and ' || ${plural(agents, "agent")}
      when ${tasks} > 0 then 'blocks ' || ${plural(tasks, "task")}
      when ${agents} > 0 then ${plural(agents, "agent")} || ' may wait'
      else 'blocks nothing' end)`;

/** Only what is of the teams somebody sees. */
export const visible = (teams: "all" | readonly string[], column: SQL): SQL =>
  teams === "all" ? sql`` : sql`and ${column} = any(${`{${teams.join(",")}}`}::uuid[])`;
