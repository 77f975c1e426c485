import { and, desc, eq, sql } from "drizzle-orm";
import { reviews } from "#db/schema/reviews.ts";
import { leases } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { causesOfReviews } from "../events/causes.ts";
import { record } from "../events/record.ts";
import type { Seeker } from "../leases/service.ts";
import { shareSwitches } from "../pauses/switches.ts";
import type { Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";

export type ReviewRow = typeof reviews.$inferSelect;

export interface ReviewGrant {
  orgId: string;
  agentId: string;
  reviewId: string;
  taskId: string;
}

/**
 * Hands pending reviews to reviewer agents: those already theirs first (an agent that died asks again), then the oldest
 * nobody has. Never one of a task the agent worked on itself, nor when what is missing is a person; the sample
 * crew's reviewer gets only what its like wrote. Several organizations in one transaction as the system.
 */
export async function claimReviews(context: Context, seekers: readonly Seeker[]): Promise<ReviewGrant[]> {
  if (seekers.length === 0) return [];
  await shareSwitches(context, seekers);
  const waiting = await lockWaiting(context, seekers);
  if (waiting.length === 0) return [];
  const taken = new Set<string>();
  const granted = seekers.flatMap((seeker) => {
    const fits = waiting.filter((review) => !taken.has(review.id) && mayReview(seeker, review));
    const own = fits.filter(({ reviewer }) => reviewer === seeker.agentId);
    const free = fits.filter(({ reviewer }) => reviewer === null);
    const chosen = [...own, ...free].slice(0, seeker.max);
    for (const { id } of chosen) taken.add(id);
    return chosen.map((review) => ({ seeker, review }));
  });
  const handed = granted.filter(({ review }) => review.reviewer === null);
  const asked = handed.map(({ review }) => ({ orgId: review.org, taskId: review.task, reviewId: review.id }));
  const causes = context.actor.kind === "system" ? await causesOfReviews(context.tx, asked) : undefined;
  await record(
    context,
    "review.assigned",
    handed.map(({ seeker, review }) => ({
      orgId: review.org,
      subject: review.id,
      task: review.task,
      team: review.team,
      because: causes?.get(review.id),
      data: { reviewerId: seeker.agentId },
    })),
  );
  return granted.map(({ seeker, review }) => ({
    orgId: review.org,
    agentId: seeker.agentId,
    reviewId: review.id,
    taskId: review.task,
  }));
}

interface Waiting {
  org: string;
  id: string;
  task: string;
  team: string;
  reviewer: string | null;
  author: string;
  /** Agents that worked on the task, approved this review or gave it back. */
  excluded: string[];
  reviewers: string[];
  /** Reviewers that the team's rules ask and that are there; empty: any. */
  asked: string[];
}

const mayReview = ({ orgId, teamId, agentId }: Seeker, review: Waiting): boolean =>
  review.org === orgId &&
  review.team === teamId &&
  review.reviewers.includes(agentId) &&
  review.author !== agentId &&
  !review.excluded.includes(agentId) &&
  (review.asked.length === 0 || review.asked.includes(agentId));

/** Reviews that wait in the seekers' teams, held until the commit; those another process holds are skipped. */
async function lockWaiting({ tx }: Context, seekers: readonly Seeker[]): Promise<Waiting[]> {
  const requests = JSON.stringify(seekers.map((s) => ({ o: s.orgId, t: s.teamId, a: s.agentId })));
  return tx.execute<Waiting & Record<string, unknown>>(sql`with seekers as materialized (
      select * from jsonb_to_recordset(${requests}::text::jsonb) as q(o uuid, t uuid, a uuid)
    )
    select r.org_id as org, r.id, r.task_id as task, r.team_id as team, r.author->>'id' as author,
      case when exists (select 1 from agents a where a.org_id = r.org_id and a.id = r.reviewer_id and a.status = 'active')
        then r.reviewer_id end as reviewer,
      array(select distinct l.agent_id::text from leases l where l.org_id = r.org_id and l.task_id = r.task_id
        and l.agent_id is not null union select p.actor_id::text from review_approvals p where p.org_id = r.org_id and p.review_id = r.id
        union select unnest(r.declined_by)::text) as excluded,
      array(select q.id::text from jsonb_to_recordset(r.asked) as q(kind text, id uuid)
        join agents a on a.org_id = r.org_id and a.id = q.id and a.status = 'active' and q.kind = 'agent'
        where q.id <> all(r.declined_by) and not exists (select 1 from review_approvals p
          where p.org_id = r.org_id and p.review_id = r.id and p.actor_id = q.id)) as asked,
      array(select a.id::text from seekers q join agents a on a.org_id = q.o and a.id = q.a
        where a.org_id = r.org_id and a.team_id = r.team_id and a.status = 'active' and a.role <> 'engineer'
        and (not a.is_demonstration or exists (select 1 from agents d where d.org_id = r.org_id
          and d.id::text = r.author->>'id' and d.is_demonstration))
        and not exists (select 1 from closed_budgets x where x.org_id = a.org_id and x.scope_id = a.id)) as reviewers
    from reviews r join tasks k on k.org_id = r.org_id and k.id = r.task_id and k.status = 'in_review'
    join teams m on m.org_id = r.org_id and m.id = r.team_id and m.paused_at is null and m.archived_at is null
      and (within_working_hours(m.working_hours, clock_timestamp())
        or (k.priority = 'critical' and (m.working_hours->>'criticalAnytime')::boolean))
    join organizations o on o.org_id = r.org_id and o.paused_at is null
    where r.verdict = 'pending' and not exists (select 1 from closed_budgets x where x.org_id = r.org_id and x.scope_id in (r.org_id, r.team_id))
      and (missing_approvals(r.org_id, r.id)->>'agents')::int > 0
      and (r.org_id, r.team_id) in (select q.o, q.t from seekers q)
    order by r.created_at, r.id limit 500 for update of r skip locked`);
}

/** The latest attempt, held until the commit. The task is held already: task before review, everywhere. */
export async function lockLatestReview({ tx, actor }: Context, taskId: string): Promise<ReviewRow | undefined> {
  const [review] = await tx
    .select()
    .from(reviews)
    .where(and(eq(reviews.orgId, actor.orgId), eq(reviews.taskId, taskId)))
    .orderBy(desc(reviews.attempt))
    .limit(1)
    .for("update");
  return review;
}

/** Did the actor work on the task (as author of the attempt, or by ever holding it)? */
export async function workedOn({ tx, actor }: Context, task: Task, review: ReviewRow): Promise<boolean> {
  if (review.author.id === actor.id) return true;
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const held = await tx
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.taskId, task.id), holder))
    .limit(1);
  return held.length > 0;
}

/**
 * The branch of a task moved: what was asked or said about the commit before does not count any more. A task that waits
 * for its verdict comes back; one whose merge has begun goes on with the approved commit.
 */
export async function voidReview(context: Context, task: Task): Promise<void> {
  const review = await lockLatestReview(context, task.id);
  if (!review || !["pending", "approve"].includes(review.verdict) || task.status === "merging") return;
  const text = "The branch moved after this review was asked for.";
  await record(context, "review.decided", [
    { subject: review.id, task: task.id, team: task.teamId, data: { verdict: "void", text } },
  ]);
  if (task.status === "in_review" || task.status === "in_approval") {
    await moveTask(context, task, "todo", { reason: text, rework: true });
  }
}

/** An agent in a session of ours judges the one review that it was begun for. @throws AppError forbidden */
export function refuseOther({ actor }: Context, task: Task, { id }: ReviewRow): void {
  if (actor.run && actor.run.reviewId !== id)
    throw new AppError("forbidden", `This session is for other work: the review of #${task.number} is not its own.`);
}

/** Refuses a state in which the task has no open review, saying what is possible. */
export function refuseUnlessInReview(task: Task): void {
  if (task.status === "in_review") return;
  const hint =
    task.status === "in_progress"
      ? "Its worker asks for a review with request_review."
      : task.status === "in_approval"
        ? "It is approved already; merge_task merges it."
        : "Only a task in review can be judged; wait_for_work and list_reviews tell which.";
  throw new AppError("conflict", `#${task.number} is ${task.status}. ${hint}`);
}
