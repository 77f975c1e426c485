import { sql } from "drizzle-orm";
import type { Context } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { stopClocks } from "#server/leases/clocks.ts";
import type { Grant } from "#server/leases/service.ts";

/**
 * Ends turns whose task needs no review, many at once: their tasks are done and what waited for them is ready.
 * @returns the leases that were still live and whose tasks are done now; a turn whose lease has ended changes nothing.
 */
export async function finishTasks(context: Context, grants: readonly Grant[]): Promise<Set<string>> {
  const rows = await context.tx.execute<{
    org: string;
    task: string;
    team: string;
    lease: string;
    agent: string;
    name: string;
  }>(sql`
    with named as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(
        grants.map(({ orgId, taskId, leaseId }) => ({ org: orgId, task: taskId, lease: leaseId })),
      )}::text::jsonb) as g(org uuid, task uuid, lease uuid)
    ), touched as materialized (
      select org, task from named union select d.org_id, d.task_id from named g
        join task_dependencies d on d.org_id = g.org and d.depends_on_id = g.task
    ), held as materialized (
      -- With those that wait for them, by id in one go: the order of everybody who writes to more than one task.
      select t.org_id, t.id, t.team_id, t.status from touched o join tasks t on t.org_id = o.org and t.id = o.task
       order by t.org_id, t.id for update of t
    )
    select h.org_id as org, h.id as task, h.team_id as team, g.lease, a.id as agent, a.name
      from held h join named g on g.org = h.org_id and g.task = h.id and h.status = 'in_progress'
      join leases l on l.org_id = h.org_id and l.id = g.lease and l.task_id = h.id and l.ended_at is null
      join agents a on a.org_id = l.org_id and a.id = l.agent_id for update of l`);
  const events = (data: { from: "in_progress" | "in_review"; to: "in_review" | "done" }) =>
    rows.map((row) => ({
      orgId: row.org,
      subject: row.task,
      task: row.task,
      team: row.team,
      actor: { kind: "agent" as const, id: row.agent, name: row.name },
      data: data.to === "in_review" ? { ...data, lease: { id: row.lease, end: "completed" as const } } : data,
    }));
  await record(context, "task.status_changed", events({ from: "in_progress", to: "in_review" }));
  await record(context, "task.status_changed", events({ from: "in_review", to: "done" }));
  await stopClocks(
    context,
    rows.map((row) => ({ orgId: row.org, leaseId: row.lease })),
  );
  return new Set(rows.map(({ lease }) => lease));
}
