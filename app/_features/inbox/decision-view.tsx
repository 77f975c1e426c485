"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { GitMerge, RotateCcw, ScanEye, X } from "lucide-react";
import Link from "next/link";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { linkClass } from "#app/_ui/link.tsx";
import { Markdown } from "#app/_ui/markdown.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { Decision } from "./inbox-types.ts";
import { decisionLabel, holdsUp } from "./inbox-words.ts";

const heads: Record<Decision["kind"], string> = {
  in_review: "No agent of the team reviews this: it waits for a person.",
  in_approval: "It is approved and not merged by itself. Its gate must pass before anything moves.",
  failed: "It was reported as failed. Put it back for another try, or cancel it.",
  blocked: "It was reported as blocked without a question. Let it go on, put it back, or cancel it.",
};

/** A task that goes on only when somebody decides: why it stands still, and what can be done. */
export function DecisionView({ orgSlug, decision }: { orgSlug: string; decision: Decision }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { can } = useMe();
  const done = {
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: trpc.requests.pathKey() });
      void client.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
    },
    onError: (error: unknown) => toast.error("Nothing was changed", { description: refusalOf(error) }),
  };
  const merge = useMutation(trpc.merges.merge.mutationOptions(done));
  const move = useMutation(trpc.tasks.changeStatus.mutationOptions(done));
  const { task, kind, by } = decision;
  const href = taskHref(orgSlug, task.number);
  const canMove = can("task:manage");
  const isPending = merge.isPending || move.isPending;
  const first = () => {
    if (isPending) return;
    if (kind === "in_approval") merge.mutate({ task: task.id });
    if (kind === "failed") move.mutate({ task: task.id, status: "todo" });
    if (kind === "blocked") move.mutate({ task: task.id, status: "in_progress" });
  };
  useActions([
    {
      id: "decision.first",
      title: kind === "in_approval" ? "Merge" : kind === "failed" ? "Try again" : "Let it go on",
      group: "Answer",
      keys: "mod+enter",
      when: () => canMove && kind !== "in_review",
      run: first,
    },
  ]);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1.5">
        <h2 className="text-title font-semibold break-words">
          <Link href={href} className={linkClass}>
            #{task.number}
          </Link>{" "}
          {task.title}
        </h2>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-app text-muted">
          <Badge tone={kind === "failed" ? "danger" : "warning"}>{decisionLabel[kind]}</Badge>
          <span>
            since <RelativeTime at={decision.since} />
          </span>
          <span>{holdsUp(decision.cost.words)}</span>
        </p>
      </div>
      <p className="text-app">{heads[kind]}</p>
      {decision.words ? <Markdown text={decision.words} {...(by?.kind === "agent" ? { agent: by.name } : {})} /> : null}
      <div className="flex flex-wrap gap-2">
        {kind === "in_review" ? (
          <Link href={`${href}?tab=changes`} className={buttonClass("primary")}>
            <ScanEye aria-hidden="true" className="size-4" /> Review the changes
          </Link>
        ) : canMove ? (
          <Button
            variant="primary"
            icon={kind === "in_approval" ? <GitMerge className="size-4" /> : <RotateCcw className="size-4" />}
            keys="mod+enter"
            loading={isPending}
            onClick={first}
          >
            {kind === "in_approval" ? "Merge" : kind === "failed" ? "Try again" : "Let it go on"}
          </Button>
        ) : null}
        {kind === "blocked" && canMove ? (
          <Button loading={isPending} onClick={() => move.mutate({ task: task.id, status: "todo" })}>
            Put it back
          </Button>
        ) : null}
        {canMove && kind !== "in_review" ? (
          <ConfirmDialog
            title={`Cancel task #${task.number}?`}
            verb="Cancel task"
            danger
            trigger={
              <Button variant="ghost" icon={<X className="size-4" />}>
                Cancel task
              </Button>
            }
            onConfirm={() => move.mutateAsync({ task: task.id, status: "cancelled" })}
          >
            Tasks that wait for it do not start by themselves then.
          </ConfirmDialog>
        ) : null}
      </div>
    </div>
  );
}
