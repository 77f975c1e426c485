import { useParams } from "next/navigation";
import type { ReactNode } from "react";
import { roomHref } from "#app/_shell/rooms.ts";
import { money, tokenCount } from "#app/_ui/format.ts";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { Markdown } from "./lazy.ts";

/** What whoever does it is held to: criteria, files, estimate, model and tools, as the plan or somebody said. */
export function TaskBrief({ task }: { task: TaskDetail }) {
  const { org } = useParams<{ org: string }>();
  const { plan, acceptanceCriteria, touches, modelTier, allowedTools } = task;
  const estimate = estimateWords(task.estimate);
  return (
    <section aria-labelledby="task-brief" className="flex flex-col gap-2 text-app">
      <h2 id="task-brief" className="text-app font-medium">
        Brief
      </h2>
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-2 gap-y-1.5">
        {plan ? (
          <Fact label="Plan">
            <Link href={`${roomHref(org, task.teamId, "plans")}/${plan.id}`}>
              {plan.number} {plan.title}
            </Link>
          </Fact>
        ) : null}
        <Fact label="Complexity">
          <span className="capitalize">{task.complexity}</span>
        </Fact>
        {estimate ? <Fact label="Estimate">{estimate}</Fact> : null}
        <Fact label="Model">{modelTier ?? <span className="text-muted">By the team's table</span>}</Fact>
        <Fact label="Tools">
          {allowedTools === null ? (
            <span className="text-muted">All</span>
          ) : allowedTools.length === 0 ? (
            "None"
          ) : (
            <span className="font-mono text-small break-words">{allowedTools.join(", ")}</span>
          )}
        </Fact>
        {touches.length > 0 ? (
          <Fact label="Files">
            <span className="font-mono text-small break-words">{touches.join(", ")}</span>
          </Fact>
        ) : null}
      </dl>
      {acceptanceCriteria.length > 0 ? (
        <div>
          <h3 className="text-muted">Done when</h3>
          <ul aria-label="Acceptance criteria" className="mt-1 list-disc pl-5">
            {acceptanceCriteria.map((criterion) => (
              <li key={criterion} className="break-words">
                {criterion}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

/** What a task brought forth besides commits: those that wait for it are given this. */
export function TaskOutput({ output }: { output: NonNullable<TaskDetail["output"]> }) {
  return (
    <section aria-labelledby="task-output" className="flex flex-col gap-2">
      <h2 id="task-output" className="text-app font-medium">
        Result{" "}
        <span className="font-normal text-muted">
          by {output.by.name}, <RelativeTime at={output.at} />
        </span>
      </h2>
      <div tabIndex={0} role="region" aria-label="Result" className="max-h-100 overflow-y-auto rounded-md border p-3">
        <Markdown text={output.text} agent={output.by.kind === "agent" ? output.by.name : undefined} />
      </div>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 px-1.5 break-words">{children}</dd>
    </>
  );
}

function estimateWords({ minutes, tokens, costMicros }: TaskDetail["estimate"]): string {
  return [
    minutes === null ? "" : `${minutes} min`,
    tokens === null ? "" : `${tokenCount(tokens)} tokens`,
    costMicros === null ? "" : money(costMicros),
  ]
    .filter(Boolean)
    .join(", ");
}
