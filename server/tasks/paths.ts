import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";

/** In SQL: the minutes a task is expected to take; without an estimate as long as its like usually does. */
export const weightOf = (estimate: SQL, complexity: SQL): SQL =>
  sql`coalesce(${estimate}, case ${complexity} when 'simple' then 15 when 'complex' then 60 else 30 end)`;

interface Node {
  key: string;
  weight: number;
  path: number;
  /** How many of its dependents are not counted yet. */
  open: number;
  longest: number;
  [column: string]: unknown;
}

/**
 * Counts the longest chain downstream anew for tasks whose estimates or dependents changed, and for all that they wait
 * for: what decides which ready task goes first. Two reads and a write, whatever their number. Whoever changes edges or
 * estimates, or cancels, holds the lock on them, so that two changes are counted one after the other. What is cancelled is
 * no part of any chain: nothing is won by starting early what leads to it.
 */
export async function refreshPaths(tx: Tx, changed: readonly { orgId: string; taskId: string }[]): Promise<void> {
  if (changed.length === 0) return;
  const upstream = sql`recursive up(org_id, id) as (
    select o, t from jsonb_to_recordset(${JSON.stringify(changed.map(({ orgId, taskId }) => ({ o: orgId, t: taskId })))}::text::jsonb) as c(o uuid, t uuid)
    union select d.org_id, d.depends_on_id from up u join task_dependencies d on d.org_id = u.org_id and d.task_id = u.id)`;
  const nodes = await tx.execute<Node>(sql`with ${upstream} select t.org_id || '|' || t.id as key,
      ${weightOf(sql`t.estimate_minutes`, sql`t.complexity`)} as weight, t.path_minutes as path, 0 as open, 0 as longest
    from up u join tasks t on t.org_id = u.org_id and t.id = u.id`);
  const edges = await tx.execute<{ from: string; to: string; path: number }>(sql`with ${upstream}
    select d.org_id || '|' || d.depends_on_id as "from", d.org_id || '|' || d.task_id as "to", t.path_minutes as path
    from up u join task_dependencies d on d.org_id = u.org_id and d.depends_on_id = u.id
    join tasks t on t.org_id = d.org_id and t.id = d.task_id and t.status <> 'cancelled'`);
  const counted = countPaths(nodes, edges);
  const moved = nodes.filter(({ key, path }) => counted.get(key) !== path);
  if (moved.length === 0) return;
  const rows = moved.map(({ key }) => ({ o: key.slice(0, 36), t: key.slice(37), m: counted.get(key) }));
  await tx.execute(sql`update tasks t set path_minutes = c.m
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as c(o uuid, t uuid, m integer) where t.org_id = c.o and t.id = c.t`);
}

/** From the ends of the graph upwards, each task after all of its dependents. */
function countPaths(
  nodes: readonly Node[],
  edges: readonly { from: string; to: string; path: number }[],
): Map<string, number> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const before = new Map<string, Node[]>();
  for (const { from, to, path } of edges) {
    const node = byKey.get(from);
    if (!node) continue;
    if (!byKey.has(to)) node.longest = Math.max(node.longest, path);
    else {
      node.open++;
      before.set(to, [...(before.get(to) ?? []), node]);
    }
  }
  const ready = nodes.filter(({ open }) => open === 0);
  const counted = new Map<string, number>();
  for (const { key, weight, longest } of ready) {
    const path = weight + longest;
    counted.set(key, path);
    for (const node of before.get(key) ?? []) {
      node.longest = Math.max(node.longest, path);
      node.open--;
      if (node.open === 0) ready.push(node);
    }
  }
  return counted;
}
