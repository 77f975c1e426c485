"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { GitMerge, Send, Undo2 } from "lucide-react";
import { useRef, useState } from "react";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { StatusIcon } from "#app/_ui/status.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { DecisionBar } from "./decision-bar.tsx";
import { isWritingElsewhere } from "./is-writing-elsewhere.ts";
import { useWork } from "./work-context.tsx";

/** The next step of a task where it is this person's to take: hand in or give back what they hold, merge what is approved. */
export function WorkBar({ task }: { task: TaskDetail }) {
  const { me, canWork } = useWork();
  if (!canWork) return null;
  if (task.status === "in_progress" && task.lease?.holder.id === me.id) return <HeldBar task={task} />;
  if (task.status === "in_approval") return <ApprovedBar task={task} />;
  return null;
}

function HeldBar({ task }: { task: TaskDetail }) {
  const trpc = useTRPC();
  const options = useRefreshedTasks();
  const [text, setText] = useDraft(`hand-in|${task.id}`);
  const [needsText, setNeedsText] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const request = useMutation(trpc.reviews.request.mutationOptions(options));
  const release = useMutation(trpc.leases.release.mutationOptions(options));
  const isPending = request.isPending || release.isPending;
  const done = (said: string) => {
    setText("");
    toast.success(said);
  };
  const handIn = () => {
    if (isPending) return;
    if (text.trim() === "") {
      setNeedsText(true);
      return field.current?.focus();
    }
    request.mutate({ task: task.id, summary: text }, { onSuccess: () => done(`#${task.number} waits for a review`) });
  };
  const giveBack = () => {
    if (isPending) return;
    release.mutate(
      { task: task.id, ...(text.trim() ? { reason: text.slice(0, 5_000) } : {}) },
      { onSuccess: () => done(`#${task.number} is free for others`) },
    );
  };
  useActions([
    { id: "work.write", title: "Say what was done", group: "Task", keys: "r", run: () => field.current?.focus() },
    {
      id: "work.hand-in",
      title: "Request a review",
      group: "Task",
      keys: "mod+enter",
      when: () => !isWritingElsewhere(field.current),
      run: handIn,
    },
    { id: "work.release", title: "Release the task, unfinished", group: "Task", keys: "shift+r", run: giveBack },
  ]);
  return (
    <DecisionBar
      label="Your work"
      refusal={needsText ? "Say what you did and how you checked it; the reviewer reads it first." : null}
      failure={request.error ?? release.error}
      head={
        <>
          <StatusIcon status="in_progress" decorative />
          <span className="font-medium">You work on this</span>
          {task.repo ? (
            <span className="text-muted">
              on <CopyableId id={task.branch} />
              {task.headCommit ? null : ", nothing pushed yet"}
            </span>
          ) : null}
        </>
      }
      buttons={
        <>
          <Button
            variant="primary"
            icon={<Send className="size-4" />}
            keys="mod+enter"
            loading={request.isPending}
            onClick={handIn}
          >
            Request review
          </Button>
          <Button icon={<Undo2 className="size-4" />} loading={release.isPending} onClick={giveBack}>
            Release
          </Button>
        </>
      }
    >
      <Textarea
        ref={field}
        aria-label="What you did and how you checked it"
        aria-invalid={needsText || undefined}
        placeholder="What you did and how you checked it"
        value={text}
        rows={1}
        className="min-h-8!"
        maxLength={20_000}
        onChange={(event) => {
          setText(event.target.value);
          setNeedsText(false);
        }}
      />
    </DecisionBar>
  );
}

function ApprovedBar({ task }: { task: TaskDetail }) {
  const trpc = useTRPC();
  const merge = useMutation(trpc.merges.merge.mutationOptions(useRefreshedTasks()));
  const queue = () => {
    if (merge.isPending) return;
    merge.mutate({ task: task.id }, { onSuccess: () => toast.success(`#${task.number} is in the merge queue`) });
  };
  useActions([
    {
      id: "work.merge",
      title: "Merge the work",
      group: "Task",
      keys: "mod+enter",
      when: () => !isWritingElsewhere(null),
      run: queue,
    },
  ]);
  return (
    <DecisionBar
      label="Merge"
      failure={merge.error}
      head={
        <>
          <StatusIcon status="in_approval" decorative />
          <span className="font-medium">Approved</span>
          <span className="text-muted">
            and not merged by itself: this team merges by hand. Its gate must pass before{" "}
            {task.repo?.defaultBranch ?? "anything"} moves.
          </span>
        </>
      }
      buttons={
        <Button
          variant="primary"
          icon={<GitMerge className="size-4" />}
          keys="mod+enter"
          loading={merge.isPending}
          onClick={queue}
        >
          Merge
        </Button>
      }
    />
  );
}

function useRefreshedTasks() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return { onSuccess: () => void client.invalidateQueries({ queryKey: trpc.tasks.pathKey() }) };
}
