import { sql } from "drizzle-orm";
import type { PlanStatus } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { openRequest } from "../human-requests/service.ts";
import { lockPlan, type Plan } from "./finding.ts";
import { movePlan } from "./service.ts";

interface Standing {
  [column: string]: unknown;
  orgId: string;
  planId: string;
  status: PlanStatus;
  live: number;
  ready: number;
  todo: number;
  done: number;
  failed: number;
}

const standing = sql`select p.org_id as "orgId", p.id as "planId", p.status, k.* from plans p join lateral (
    select count(*) filter (where t.status in ('in_progress', 'blocked', 'in_review', 'in_approval', 'merging'))::int as live,
      count(*) filter (where t.status = 'todo' and t.open_dependencies = 0)::int as ready,
      count(*) filter (where t.status = 'todo')::int as todo, count(*) filter (where t.status = 'done')::int as done,
      count(*) filter (where t.status = 'failed')::int as failed
    from tasks t where t.org_id = p.org_id and t.plan_id = p.id) k on true`;

/** Plans, of any organization, whose tasks say that they stand elsewhere than it is written. */
export async function findEnding({ tx }: Context): Promise<{ orgId: string; planId: string }[]> {
  const rows = await tx.execute<Standing>(sql`${standing}
    where (p.status in ('executing', 'paused') and k.live = 0 and k.ready = 0) or (p.status = 'failed' and k.live + k.ready > 0)`);
  return rows.map(({ orgId, planId }) => ({ orgId, planId }));
}

/**
 * Moves a plan to where its tasks are: completed when all are over, failed when nothing is live and something can never
 * start, back to executing when somebody tried a failed task again. Any number of workers may look at once.
 */
export async function settlePlan(context: Context, planId: string): Promise<void> {
  const plan = await lockPlan(context, planId);
  const [now] = await context.tx.execute<Standing>(
    sql`${standing} where p.org_id = ${plan.orgId} and p.id = ${plan.id}`,
  );
  if (!now) return;
  const isMoving = now.live + now.ready > 0;
  if (plan.status === "failed" && isMoving) return movePlan(context, plan, "executing");
  if (isMoving || !(plan.status === "executing" || plan.status === "paused")) return;
  if (now.todo === 0 && now.failed === 0)
    return now.done > 0
      ? movePlan(context, plan, "completed")
      : movePlan(context, plan, "cancelled", "All of its tasks were cancelled.");
  const reason = await whyStuck(context, planId, now);
  if (reason === undefined || plan.status !== "executing") return;
  await movePlan(context, plan, "failed", reason);
  await askAboutFailure(context, plan, { reason, canRetry: now.failed > 0 });
}

/** People hear of it in their inbox, and say there what becomes of it. */
async function askAboutFailure(
  context: Context,
  { id, teamId, number, title }: Plan,
  { reason, canRetry }: { reason: string; canRetry: boolean },
): Promise<void> {
  const options = [
    ...(canRetry ? [{ value: { decision: "retry" }, label: "Try failed tasks again" }] : []),
    { value: { decision: "cancel" }, label: "Cancel the plan" },
    { value: { decision: "leave" }, label: "Leave it, I see to it on the board" },
  ];
  await openRequest(context, {
    ...{ kind: "checkpoint", teamId, title: `Plan ${number} “${title}” failed`, detail: reason, options },
    schema: {
      type: "object",
      properties: { decision: { type: "string", enum: options.map(({ value }) => value.decision) } },
      required: ["decision"],
    },
    // Each failure is a question of its own, also for the same reason.
    data: { planId: id, failedAt: context.now.toISOString() },
  });
}

/** What can never start and because of what; undefined while something outside of the plan may still let it. */
async function whyStuck({ tx, actor }: Context, planId: string, now: Standing): Promise<string | undefined> {
  // What the waiting tasks wait for in the end: predecessors that are not themselves waiting tasks of the plan.
  const roots = await tx.execute<{ number: number; title: string; status: string; waiting: number }>(sql`
    select b.number, b.title, b.status, min(t.number)::int as waiting from tasks t
      join task_dependencies d on d.org_id = t.org_id and d.task_id = t.id
      join tasks b on b.org_id = d.org_id and b.id = d.depends_on_id
    where t.org_id = ${actor.orgId} and t.plan_id = ${planId} and t.status = 'todo' and b.status <> 'done'
      and not (b.status = 'todo' and b.plan_id is not distinct from t.plan_id)
    group by b.number, b.title, b.status order by b.number`);
  if (roots.some(({ status }) => status !== "failed" && status !== "cancelled")) return undefined;
  const named = roots
    .slice(0, 3)
    .map(
      ({ number, title, status, waiting }) =>
        `#${waiting} waits for #${number} “${title}”, which ${status === "failed" ? "failed" : "was cancelled"}`,
    );
  const rest = roots.length > 3 ? `, and ${roots.length - 3} more` : "";
  const failed = now.failed > 0 ? `${now.failed} ${now.failed === 1 ? "task has" : "tasks have"} failed` : "";
  const stuck = named.length > 0 ? `${now.todo} can never start: ${named.join("; ")}${rest}` : "";
  return `Nothing of it is being worked on. ${[failed, stuck].filter(Boolean).join("; ")}. Try failed tasks again, remove the dependencies, or cancel the rest.`;
}
