import { createHash } from "node:crypto";
import { and, asc, eq } from "drizzle-orm";
import { reviewComments } from "#db/schema/reviews.ts";
import type { Context } from "../context.ts";
import type { ReviewRow } from "./service.ts";

interface Comment {
  path: string;
  line: number;
  side: "old" | "new";
  body: string;
}

/** The same remark on the same line counts once, however often it is sent. */
export const hashOfComment = ({ path, line, side, body }: Comment): string =>
  createHash("sha256")
    .update(JSON.stringify([path, line, side, body]))
    .digest("hex");

/** What was remarked on lines of a review, by file and line. */
export function commentsOf({ tx, actor }: Context, review: ReviewRow): Promise<Comment[]> {
  const { path, line, side, body } = reviewComments;
  return tx
    .select({ path, line, side, body })
    .from(reviewComments)
    .where(and(eq(reviewComments.orgId, actor.orgId), eq(reviewComments.reviewId, review.id)))
    .orderBy(asc(path), asc(line), asc(reviewComments.createdAt), asc(reviewComments.id));
}

/** What whoever did the work is written when changes are asked for: the verdict, and each remark with its file and line. */
export async function feedbackWords(context: Context, review: ReviewRow, text: string): Promise<string> {
  const remarks = (await commentsOf(context, review)).map(
    ({ path, line, side, body }) =>
      `- \`${path}:${line}\`${side === "old" ? " (as it was)" : ""} ${body.replaceAll("\n", "\n  ")}`,
  );
  const head = `Changes are asked for (attempt ${review.attempt}): ${text}`;
  const whole = remarks.length > 0 ? `${head}\n\n${remarks.join("\n")}` : head;
  // All of it stands in the review; a message has its limit.
  return whole.length <= 15_000
    ? whole
    : `${whole.slice(0, 15_000).toWellFormed()}\n\n… get_review_feedback has the rest.`;
}
