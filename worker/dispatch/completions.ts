import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { stopClocks } from "#server/leases/clocks.ts";
import type { Grant } from "#server/leases/service.ts";

interface Waiting {
  grant: Grant;
  resolve(finished: boolean): void;
  reject(error: unknown): void;
}

/**
 * Finishes turns whose task needs no review, in batches: all that are waiting go into one transaction, and the next batch
 * starts when that one returns. No delay is added; under load the batches grow by themselves.
 */
export function createCompletions(runtime: Runtime) {
  let waiting: Waiting[] = [];
  let flushing = false;

  async function flush() {
    if (flushing) return;
    flushing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const finished = await inTransaction(
          runtime,
          systemActor("", "dispatcher"),
          { requestId: `turn-${newId()}`, system: true },
          (context) =>
            finishTasks(
              context,
              batch.map(({ grant }) => grant),
            ),
        );
        for (const { grant, resolve } of batch) resolve(finished.has(grant.leaseId));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    flushing = false;
  }

  return {
    /** @returns whether the lease was still live; otherwise nothing was changed. */
    finish(grant: Grant): Promise<boolean> {
      return new Promise((resolve, reject) => {
        waiting.push({ grant, resolve, reject });
        void flush();
      });
    },
  };
}

/** @returns the leases that were still live and whose tasks are done now. */
async function finishTasks(context: Context, grants: readonly Grant[]): Promise<Set<string>> {
  const rows = await context.tx.execute<{
    org: string;
    task: string;
    team: string;
    lease: string;
    agent: string;
    name: string;
  }>(sql`
    with held as materialized (
      select t.org_id, t.id, t.team_id, g.lease from jsonb_to_recordset(${JSON.stringify(
        grants.map(({ orgId, taskId, leaseId }) => ({ org: orgId, task: taskId, lease: leaseId })),
      )}::text::jsonb) as g(org uuid, task uuid, lease uuid)
        join tasks t on t.org_id = g.org and t.id = g.task and t.status = 'in_progress'
       order by t.org_id, t.id for update of t
    ), next as materialized (
      select d.id from held h join task_dependencies e on e.org_id = h.org_id and e.depends_on_id = h.id
        join tasks d on d.org_id = e.org_id and d.id = e.task_id order by d.org_id, d.id for update of d
    )
    select h.org_id as org, h.id as task, h.team_id as team, h.lease, a.id as agent, a.name from held h
      join leases l on l.org_id = h.org_id and l.id = h.lease and l.ended_at is null
      join agents a on a.org_id = l.org_id and a.id = l.agent_id
     where (select count(*) from next) >= 0 for update of l`);
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
