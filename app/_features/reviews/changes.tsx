"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Columns2, FileDiff, Rows3 } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import type { DiffSide } from "#db/enums.ts";
import { focusNow } from "#app/_features/tasks/focus-now.ts";
import { Markdown } from "#app/_features/tasks/lazy.ts";
import { wordsOfError } from "#app/_features/tasks/task-commands.ts";
import { useWork } from "#app/_features/tasks/work-context.tsx";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { DiffNote } from "#app/_ui/diff-view.tsx";
import { OneOfManyDiffs } from "#app/_ui/many-diffs.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Review, TaskDetail } from "#server/tasks/schema.ts";
import { patchesOf } from "./diff-patches.ts";
import { fileAnchor } from "./file-anchor.ts";
import { FileTree } from "./file-tree.tsx";

type Spot = { path: string; side: DiffSide; line: number };
const layouts = ["unified", "split"] as const;

/** What the work changes, file by file, with the comments of the latest review on their lines. */
export function Changes({ task }: { task: TaskDetail }) {
  const trpc = useTRPC();
  const [layout, setLayout] = useQueryState("diff", parseAsStringLiteral(layouts).withDefault("unified"));
  const [spot, setSpot] = useState<Spot | null>(null);
  const input = { task: String(task.number) };
  const diff = useQuery(trpc.repos.diff.queryOptions(input, { enabled: task.headCommit !== null }));
  const files = useQuery(trpc.repos.changedFiles.queryOptions(input, { enabled: task.headCommit !== null }));
  const { canWork } = useWork();
  if (task.headCommit === null) {
    return (
      <EmptyState icon={<FileDiff />} title="Nothing pushed yet">
        What is pushed to {task.branch} is shown here, line by line, to comment on and to judge.
      </EmptyState>
    );
  }
  if (diff.error || files.error) {
    return (
      <ErrorState
        title="The changes could not be read"
        action={<Button onClick={() => void diff.refetch()}>Try again</Button>}
      >
        {wordsOfError(diff.error ?? files.error)}
      </ErrorState>
    );
  }
  if (!diff.data || !files.data) return <SkeletonRows count={8} label="Loading the changes" />;
  const review = task.reviews.at(-1);
  const canComment = canWork && task.status === "in_review" && review !== undefined;
  const patches = patchesOf(diff.data.diff);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="grow text-app text-muted">
          {files.data.files.length} {files.data.files.length === 1 ? "file" : "files"} changed
          {diff.data.truncated ? ". It is long: the end is left out." : ""}
        </p>
        <div className="max-sm:hidden">
          <Segmented
            label="Layout of the diff"
            value={layout}
            onValueChange={(next) => void setLayout(next)}
            options={[
              { value: "unified", label: "Unified", icon: <Rows3 /> },
              { value: "split", label: "Split", icon: <Columns2 /> },
            ]}
          />
        </div>
      </div>
      <FileTree files={files.data.files} />
      {patches.map(({ path, patch }) => (
        <div key={path} id={fileAnchor(path)} className="scroll-mt-4">
          <OneOfManyDiffs
            path={path}
            patch={patch}
            layout={layout}
            notes={[
              ...commentsOf(review, path),
              ...(spot?.path === path ? [draftNote(task, spot, () => setSpot(null))] : []),
            ]}
            onComment={canComment ? (side, line) => setSpot({ path, side, line }) : undefined}
          />
        </div>
      ))}
    </div>
  );
}

function commentsOf(review: Review | undefined, path: string): DiffNote[] {
  return (review?.comments ?? [])
    .filter((comment) => comment.path === path)
    .map(({ id, side, line, author, body }) => ({
      id,
      side,
      line,
      content: (
        <div className="rounded-md border bg-raised p-2.5">
          <p className="flex items-center gap-1.5 pb-1 font-medium">
            <ActorAvatar kind={author.kind} name={author.name} size={16} decorative />
            {author.name}
          </p>
          <Markdown text={body} agent={author.kind === "agent" ? author.name : undefined} />
        </div>
      ),
    }));
}

function draftNote(task: TaskDetail, spot: Spot, onClose: () => void): DiffNote {
  return {
    id: "draft",
    side: spot.side,
    line: spot.line,
    content: <CommentForm task={task} spot={spot} onClose={onClose} />,
  };
}

function CommentForm({ task, spot, onClose }: { task: TaskDetail; spot: Spot; onClose: () => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [body, setBody] = useDraft(`comment|${task.id}|${spot.path}|${spot.side}|${spot.line}`);
  const comment = useMutation(
    trpc.reviews.comment.mutationOptions({
      onSuccess: async () => {
        setBody("");
        await client.invalidateQueries(trpc.tasks.get.queryFilter({ task: String(task.number) }));
        onClose();
      },
    }),
  );
  const send = () => {
    if (body.trim() && !comment.isPending) comment.mutate({ task: task.id, ...spot, body });
  };
  return (
    <div className="flex flex-col gap-2 rounded-md border bg-raised p-2.5">
      <Textarea
        ref={focusNow}
        aria-label={`Comment on ${spot.path}, line ${spot.line}`}
        value={body}
        rows={3}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          // The diff is in a page with keys of its own; what is written here is not for them.
          event.stopPropagation();
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) send();
        }}
      />
      {comment.error ? (
        <p role="alert" className="text-danger">
          {wordsOfError(comment.error)}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" keys="mod+enter" loading={comment.isPending} onClick={send}>
          Comment
        </Button>
      </div>
    </div>
  );
}
