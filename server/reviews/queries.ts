import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { readTask } from "../tasks/queries.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import type { feedback, listReviewsInput, reviewPage } from "./schema.ts";

type Listed = z.output<typeof reviewPage>["reviews"][number];

/** What the worker of a task must know to go on: the latest review and the latest attempt to merge. */
export async function readFeedback(context: Context, ref: string): Promise<z.output<typeof feedback>> {
  const task = await readTask(context, ref);
  return { taskStatus: task.status, review: task.reviews.at(-1) ?? null, merge: task.merges.at(-1) ?? null };
}

/** The latest review of a task and where the task stands. */
export async function readLatestReview(context: Context, taskId: string) {
  const { taskStatus, review } = await readFeedback(context, taskId);
  if (!review) throw new Error("a task that was just reviewed has no review");
  return { review, taskStatus };
}

/** The reviews of a team by verdict, newest first. Pending ones are only those that somebody can still judge. */
export async function listReviews(
  context: Context,
  { teamId: named, verdict, before, limit }: z.output<typeof listReviewsInput>,
): Promise<z.output<typeof reviewPage>> {
  const teamId = teamMeant(context, named);
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const rows = await tx.execute<Listed & Record<string, unknown>>(sql`select r.id,
      json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status) as task, r.attempt, r.commit,
      r.author, r.summary, case when a.id is null then null else json_build_object('id', a.id, 'name', a.name) end as reviewer,
      r.verdict, ${isoTime(sql`r.created_at`)} as "createdAt"
    from reviews r join tasks t on t.org_id = r.org_id and t.id = r.task_id
    left join agents a on a.org_id = r.org_id and a.id = r.reviewer_id
    where r.org_id = ${actor.orgId} and r.team_id = ${teamId} and r.verdict = ${verdict}
      ${verdict === "pending" ? sql`and t.status = 'in_review'` : sql``} ${before ? sql`and r.id < ${before}` : sql``}
    order by r.id desc limit ${limit + 1}`);
  const reviews = rows.slice(0, limit);
  return { reviews, next: rows.length > limit ? (reviews.at(-1)?.id ?? null) : null };
}
