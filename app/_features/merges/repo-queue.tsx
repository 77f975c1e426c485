"use client";

import clsx from "clsx";
import { useNow } from "#app/_ui/clock.ts";
import { duration } from "#app/_ui/format.ts";
import { Progress } from "#app/_ui/progress.tsx";
import { Age } from "#app/_ui/relative-time.tsx";
import { StatusIcon } from "#app/_ui/status.tsx";
import type { Repo } from "#server/repos/schema.ts";
import { CancelMerge } from "./cancel-merge.tsx";
import type { Merge } from "./merge-type.ts";

type RepoQueueProps = {
  /** Those that are tested or wait, the first in line first. */
  merges: readonly Merge[];
  repo: Repo | undefined;
  chosen: string | null;
  canCancel: boolean;
  onOpen: (mergeId: string) => void;
};

/** One repository's line: what its gate tests now, and who comes next. */
export function RepoQueue({ merges, repo, chosen, canCancel, onOpen }: RepoQueueProps) {
  const inOrder = merges.toSorted((left, right) => rank(left) - rank(right));
  return (
    <section aria-label={`Queue of ${merges[0]?.repo.name}`}>
      <h2 className="px-3 pt-4 pb-1 text-small font-medium text-faint">{merges[0]?.repo.name}</h2>
      <ol>
        {inOrder.map((merge, index) => (
          <li
            key={merge.id}
            aria-current={merge.id === chosen || undefined}
            className={clsx(
              "relative flex flex-col gap-1.5 border-b px-3 py-2",
              merge.id === chosen ? "bg-selected" : "hover:bg-hover",
            )}
          >
            <div className="flex min-h-6 items-center gap-2 text-app">
              <StatusIcon of="merge" status={merge.status} />
              <button
                type="button"
                onClick={() => onOpen(merge.id)}
                className="min-w-0 truncate rounded-sm text-left before:absolute before:inset-0"
              >
                <span className="font-mono text-small text-faint">#{merge.task.number}</span> {merge.task.title}
              </button>
              <span className="ml-auto text-small whitespace-nowrap text-muted">
                {merge.status === "testing" ? "Testing" : placeOf(index)} ·{" "}
                <Age since={merge.startedAt ?? merge.createdAt} label="For" />
              </span>
              <span className="relative">{canCancel ? <CancelMerge merge={merge} /> : null}</span>
            </div>
            {merge.status === "testing" ? <GateProgress merge={merge} repo={repo} /> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function GateProgress({ merge, repo }: { merge: Merge; repo: Repo | undefined }) {
  const now = useNow(1);
  if (!repo || !merge.startedAt) return null;
  const elapsed = now === null ? 0 : (now - new Date(merge.startedAt).getTime()) / 1000;
  return (
    <Progress
      label={repo.gateCommand ? `Gate: ${repo.gateCommand.split("\n")[0]}` : "No gate: merging"}
      value={null}
      detail={`${duration(elapsed)} of at most ${duration(repo.gateTimeoutSeconds)}`}
    />
  );
}

// What is tested stands before what waits; in line, the order of arrival (which their ids keep) stays.
const rank = ({ status }: Merge) => (status === "testing" ? 0 : 1);

const placeOf = (index: number) => (index === 0 ? "Next" : `${index} ahead`);
