"use client";

import { Markdown } from "#app/_features/tasks/lazy.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { Review, TaskDetail } from "#server/tasks/schema.ts";
import { missingWords } from "./review-rules.ts";

/** The latest review whole; those before it folded. */
export function ReviewList({ task }: { task: TaskDetail }) {
  const [latest, ...earlier] = task.reviews.toReversed();
  if (!latest) return null;
  return (
    <section aria-label="Reviews" className="flex flex-col gap-2">
      <h2 className="text-app font-medium">Review</h2>
      <ReviewCard review={latest} result={task.output?.text} />
      {earlier.length > 0 ? (
        <details>
          <summary className="rounded-sm text-app text-muted">
            {earlier.length} earlier {earlier.length === 1 ? "attempt" : "attempts"}
          </summary>
          <div className="flex flex-col gap-2 pt-2">
            {earlier.map((review) => (
              <ReviewCard key={review.id} review={review} />
            ))}
          </div>
        </details>
      ) : null}
    </section>
  );
}

/** What was handed in, and what was said to it. The result of the task stands above already. */
function ReviewCard({ review, result }: { review: Review; result?: string | undefined }) {
  const { summary } = review;
  return (
    <div className="flex flex-col gap-2 rounded-md border bg-surface p-3">
      <p className="flex flex-wrap items-center gap-2 text-app text-muted">
        <StatusBadge of="review" status={review.verdict} />
        <span>Attempt {review.attempt}</span>
        {review.commit ? <CopyableId id={review.commit} shown={review.commit.slice(0, 8)} /> : null}
        <span className="ml-auto text-small text-faint">
          <RelativeTime at={review.decidedAt ?? review.createdAt} />
        </span>
      </p>
      {summary && summary.trim() !== result?.trim() ? (
        <Markdown text={summary} agent={review.author.kind === "agent" ? review.author.name : undefined} />
      ) : null}
      {review.approvals.length > 0 && review.verdict === "pending" ? (
        <p className="text-app text-muted">{missingWords(review)}</p>
      ) : null}
      {review.verdictText && review.verdictBy ? (
        <Said author={review.verdictBy}>
          <Markdown
            text={review.verdictText}
            agent={review.verdictBy.kind === "agent" ? review.verdictBy.name : undefined}
          />
        </Said>
      ) : null}
      {review.comments.map((comment) => (
        <Said key={comment.id} author={comment.author} where={`${comment.path}:${comment.line}`}>
          <Markdown text={comment.body} agent={comment.author.kind === "agent" ? comment.author.name : undefined} />
        </Said>
      ))}
    </div>
  );
}

type SaidProps = { author: Review["author"]; where?: string; children: React.ReactNode };

function Said({ author, where, children }: SaidProps) {
  return (
    <div className="border-t pt-2">
      {where || author.kind !== "agent" ? (
        <p className="flex items-center gap-1.5 pb-1 text-app">
          {author.kind === "agent" ? null : (
            <>
              <ActorAvatar kind={author.kind} name={author.name} size={16} decorative />
              <span className="font-medium">{author.name}</span>
            </>
          )}
          {where ? <span className="truncate font-mono text-small text-muted">{where}</span> : null}
        </p>
      ) : null}
      {children}
    </div>
  );
}
