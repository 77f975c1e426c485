"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CornerUpLeft, X } from "lucide-react";
import { useRef, useState } from "react";
import { DecisionBar } from "#app/_features/tasks/decision-bar.tsx";
import { isWritingElsewhere } from "#app/_features/tasks/is-writing-elsewhere.ts";
import { useWork } from "#app/_features/tasks/work-context.tsx";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { StatusIcon } from "#app/_ui/status.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { judgingRefusal, missingWords } from "./review-rules.ts";

type Verdict = "approve" | "requestChanges" | "reject";
const said = { approve: "approved", requestChanges: "sent back", reject: "rejected" } as const;

/** Approve, ask for changes, or reject: the exact commit is named, and the verdict counts only for it. */
export function ReviewBar({ task }: { task: TaskDetail }) {
  const { me, canWork } = useWork();
  const trpc = useTRPC();
  const client = useQueryClient();
  const [text, setText] = useDraft(`review|${task.id}`);
  const [needsText, setNeedsText] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const options = {
    onSuccess: () => {
      setText("");
      void client.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
    },
  };
  const verdicts = {
    approve: useMutation(trpc.reviews.approve.mutationOptions(options)),
    requestChanges: useMutation(trpc.reviews.requestChanges.mutationOptions(options)),
    reject: useMutation(trpc.reviews.reject.mutationOptions(options)),
  };
  const review = task.reviews.at(-1);
  const refusal = judgingRefusal(task, me);
  const isShown = canWork && task.status === "in_review" && review !== undefined;
  const isPending = Object.values(verdicts).some((verdict) => verdict.isPending);
  const decide = (verdict: Verdict) => {
    if (isPending) return;
    if (verdict !== "approve" && text.trim() === "") {
      setNeedsText(true);
      return field.current?.focus();
    }
    const commit = review?.commit ?? undefined;
    verdicts[verdict].mutate(
      { task: task.id, text, ...(commit ? { commit } : {}) },
      { onSuccess: () => toast.success(`#${task.number} ${said[verdict]}`) },
    );
  };
  useActions([
    {
      id: "review.focus",
      title: "Review the work",
      group: "Review",
      keys: "r",
      when: () => isShown && !refusal,
      run: () => field.current?.focus(),
    },
    {
      id: "review.approve",
      title: "Approve the work",
      group: "Review",
      keys: "mod+enter",
      when: () => isShown && !refusal && !isWritingElsewhere(field.current),
      run: () => decide("approve"),
    },
  ]);
  if (!isShown) return null;
  const failure = Object.values(verdicts).find((verdict) => verdict.error)?.error;
  return (
    <DecisionBar
      label="Review"
      refusal={needsText ? "Say what must change, so that it can be done." : null}
      failure={failure}
      head={
        <>
          <StatusIcon of="review" status={review.verdict} decorative />
          <span className="font-medium">{refusal ? "Waiting for a review" : "Your review is asked for"}</span>
          {review.commit ? (
            <span className="text-muted">
              of <CopyableId id={review.commit} shown={review.commit.slice(0, 8)} />
            </span>
          ) : null}
          <span className="text-muted">
            by {review.author.name}
            {review.attempt > 1 ? `, attempt ${review.attempt}` : ""}
          </span>
          <span className="text-muted">{missingWords(review)}</span>
        </>
      }
      buttons={
        <>
          <Button
            variant="primary"
            icon={<Check className="size-4" />}
            disabled={refusal !== null}
            loading={verdicts.approve.isPending}
            onClick={() => decide("approve")}
          >
            Approve
          </Button>
          <Button
            icon={<CornerUpLeft className="size-4" />}
            disabled={refusal !== null}
            loading={verdicts.requestChanges.isPending}
            onClick={() => decide("requestChanges")}
          >
            Request changes
          </Button>
          <Button
            variant="ghost"
            icon={<X className="size-4" />}
            disabled={refusal !== null}
            loading={verdicts.reject.isPending}
            onClick={() => decide("reject")}
          >
            Reject
          </Button>
        </>
      }
    >
      {refusal ? (
        <p className="text-app text-muted">{refusal}</p>
      ) : (
        <Textarea
          ref={field}
          aria-label="What you say about it"
          aria-invalid={needsText || undefined}
          placeholder="What you say about it; needed to send it back"
          value={text}
          rows={1}
          className="min-h-8!"
          maxLength={20_000}
          onChange={(event) => {
            setText(event.target.value);
            setNeedsText(false);
          }}
        />
      )}
    </DecisionBar>
  );
}
