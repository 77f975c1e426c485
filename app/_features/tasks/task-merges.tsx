"use client";

import { CopyableId } from "#app/_ui/copy.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { duration } from "#app/_ui/format.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { GitMerge } from "lucide-react";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { AnsiLog } from "./lazy.ts";

/** Every attempt to merge, newest first, each with what its gate said. */
export function TaskMerges({ task }: { task: TaskDetail }) {
  if (task.merges.length === 0) {
    return (
      <EmptyState icon={<GitMerge />} title="Not merged yet">
        Once the work is approved it enters the merge queue. Its gate runs on the exact tree that would become{" "}
        {task.repo?.defaultBranch ?? "the default branch"}, and the log stands here.
      </EmptyState>
    );
  }
  return (
    <ol className="flex flex-col gap-4">
      {task.merges.toReversed().map((merge) => (
        <li key={merge.id} className="flex flex-col gap-2 rounded-md border bg-surface p-3">
          <div className="flex flex-wrap items-center gap-2 text-app">
            <StatusBadge of="merge" status={merge.status} />
            <CopyableId id={merge.commit} shown={merge.commit.slice(0, 8)} />
            {merge.mergeCommit ? (
              <span className="text-muted">
                as <CopyableId id={merge.mergeCommit} shown={merge.mergeCommit.slice(0, 8)} />
              </span>
            ) : null}
            <span className="ml-auto text-small text-faint">
              <RelativeTime at={merge.finishedAt ?? merge.createdAt} />
            </span>
          </div>
          {merge.reason ? <p className="text-app break-words">{merge.reason}</p> : null}
          {merge.gate ? <Gate gate={merge.gate} /> : null}
        </li>
      ))}
    </ol>
  );
}

function Gate({ gate }: { gate: NonNullable<TaskDetail["merges"][number]["gate"]> }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-2 text-app text-muted">
        <span className={gate.passed ? "font-medium text-success" : "font-medium text-danger"}>
          {gate.passed ? "Gate passed" : "Gate failed"}
        </span>
        <code className="font-mono text-small">{gate.command || "no command"}</code>
        <span>
          {gate.exitCode === null ? gate.outcome : `exit code ${gate.exitCode}`}, {duration(gate.durationMs / 1000)}, in{" "}
          {gate.sandbox}
        </span>
      </p>
      {gate.log ? (
        <AnsiLog label="Output of the gate" text={gate.log} className="max-h-96" />
      ) : (
        <p className="text-app text-muted">It printed nothing.</p>
      )}
    </div>
  );
}
