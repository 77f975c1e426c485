"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { AnsiLog } from "#app/_ui/ansi-log.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Peek } from "#app/_ui/peek.tsx";
import { Age, RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { linkClass } from "#app/_ui/link.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { CancelMerge } from "./cancel-merge.tsx";
import type { Merge } from "./merge-type.ts";

type MergePeekProps = { orgSlug: string; merge: Merge; canCancel: boolean; onClose: () => void };
type GateRun = NonNullable<TaskDetail["merges"][number]["gate"]>;

/** One merge beside the queue: where it stands, why it failed, what its gate printed. */
export function MergePeek({ orgSlug, merge, canCancel, onClose }: MergePeekProps) {
  const isOpen = merge.status === "queued" || merge.status === "testing";
  const query = useQuery(useTRPC().tasks.get.queryOptions({ task: merge.task.id }));
  return (
    <Peek
      label={`Merge of #${merge.task.number}`}
      head={
        <>
          <h2 className="min-w-0 truncate text-read font-semibold">Merge of #{merge.task.number}</h2>
          <StatusBadge of="merge" status={merge.status} />
          {isOpen && canCancel ? <CancelMerge merge={merge} /> : null}
        </>
      }
      onClose={onClose}
    >
      <div className="flex flex-col gap-4 p-4">
        <p className="text-app">
          <Link href={taskHref(orgSlug, merge.task.number)} className={linkClass}>
            {merge.task.title}
          </Link>
        </p>
        <dl className="grid grid-cols-[7rem_1fr] gap-y-1.5 text-app">
          <dt className="text-muted">Repository</dt>
          <dd>{merge.repo.name}</dd>
          <dt className="text-muted">Strategy</dt>
          <dd>{merge.strategy}</dd>
          <dt className="text-muted">Approved commit</dt>
          <dd>
            <CopyableId id={merge.commit} shown={merge.commit.slice(0, 8)} />
          </dd>
          {merge.mergeCommit ? (
            <>
              <dt className="text-muted">Landed as</dt>
              <dd>
                <CopyableId id={merge.mergeCommit} shown={merge.mergeCommit.slice(0, 8)} />
              </dd>
            </>
          ) : null}
          <dt className="text-muted">{isOpen ? "In the queue" : "Ended"}</dt>
          <dd>
            {isOpen ? (
              <>
                for <Age since={merge.createdAt} />
              </>
            ) : (
              <RelativeTime at={merge.finishedAt ?? merge.createdAt} />
            )}
          </dd>
        </dl>
        {merge.reason ? (
          <p className="rounded-md border border-line bg-sunken p-3 text-app break-words whitespace-pre-wrap">
            {merge.reason}
          </p>
        ) : null}
        <Loaded query={query} what="The gate" skeleton={<Skeleton className="h-40 w-full" />}>
          {({ task }) => <Gate run={task.merges.find(({ id }) => id === merge.id)?.gate ?? null} isOpen={isOpen} />}
        </Loaded>
      </div>
    </Peek>
  );
}

function Gate({ run, isOpen }: { run: GateRun | null; isOpen: boolean }) {
  if (!run) {
    return (
      <p className="text-app text-muted">
        {isOpen ? "What the gate prints stands here when it has ended." : "Its gate did not run."}
      </p>
    );
  }
  return (
    <section>
      <h3 className="pb-1 text-small font-medium text-faint">
        {run.passed
          ? "The gate passed"
          : `The gate failed: ${run.exitCode === null ? run.outcome : `exit code ${run.exitCode}`}`}{" "}
        in {(run.durationMs / 1000).toFixed(1)} s, sandbox {run.sandbox}
      </h3>
      <p className="pb-2 font-mono text-small break-all text-muted">{run.command}</p>
      {run.log ? (
        <AnsiLog label="Output of the gate" text={run.log} className="max-h-[60vh]" />
      ) : (
        <p className="text-app text-muted">It printed nothing.</p>
      )}
    </section>
  );
}
