"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleHelp, CircleX, ListChecks } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { CriterionState } from "#db/enums.ts";
import type { Check, Verification } from "#server/verifications/schema.ts";
import { decisionWords, stateWords, verdictWords } from "./verification-words.ts";

/** Every check of the acceptance criteria, newest first: what was met, what is missing, what people decided. */
export function TaskVerifications({ number }: { number: number }) {
  const query = useQuery(useTRPC().tasks.verifications.queryOptions({ task: String(number) }));
  return (
    <Loaded query={query} what="The checks" skeleton={<SkeletonRows count={4} label="Loading the checks" />}>
      {({ verifications }) =>
        verifications.length === 0 ? (
          <NotChecked />
        ) : (
          <ol className="flex flex-col gap-4">
            {verifications.map((verification) => (
              <Round key={verification.id} verification={verification} />
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}

function NotChecked() {
  return (
    <EmptyState icon={<ListChecks />} title="Not checked yet">
      What must be true when the task is done is checked once somebody hands it in: by commands, tests or a model. What
      is missing goes back with the task.
    </EmptyState>
  );
}

function Round({ verification }: { verification: Verification }) {
  const { round, verdict, checks, feedback, by, at, decision } = verification;
  return (
    <li aria-label={`Check ${round}`} className="flex flex-col gap-2 rounded-md border bg-surface p-3">
      <p className="flex flex-wrap items-center gap-2 text-app">
        <span className="font-medium">Check {round}</span>
        <Badge tone={verdictWords[verdict].tone}>{verdictWords[verdict].label}</Badge>
        <span className="ml-auto text-small text-faint">
          {by.name}, <RelativeTime at={at} />
        </span>
      </p>
      <ul className="flex flex-col gap-1.5">
        {checks.map((check) => (
          <Criterion key={check.criterion} check={check} />
        ))}
      </ul>
      {feedback && verdict !== "passed" ? (
        <p className="border-l-2 border-agent-line pl-3 text-app break-words whitespace-pre-wrap">{feedback}</p>
      ) : null}
      {decision ? (
        <p className="text-app">
          {decision.by.name} {decisionWords[decision.decision]}
          {decision.note ? `: ${decision.note}` : ""}{" "}
          <span className="text-small text-faint">
            <RelativeTime at={decision.at} />
          </span>
        </p>
      ) : null}
    </li>
  );
}

const icons: Record<CriterionState, { icon: typeof CircleCheck; color: string }> = {
  met: { icon: CircleCheck, color: "text-success" },
  unmet: { icon: CircleX, color: "text-danger" },
  unclear: { icon: CircleHelp, color: "text-info" },
};

const howWords: Record<Check["how"], string> = { command: "by a command", model: "by a model", none: "" };

function Criterion({ check: { criterion, state, how, detail } }: { check: Check }) {
  const { icon: Icon, color } = icons[state];
  return (
    <li className="flex items-start gap-2 text-app">
      <Icon aria-hidden="true" className={`mt-0.5 size-4 shrink-0 ${color}`} />
      <div className="min-w-0">
        <p className="break-words">
          {criterion}{" "}
          <span className="text-small text-muted">
            {stateWords[state]} {howWords[how]}
          </span>
        </p>
        {detail ? <p className="text-small break-words text-muted">{detail}</p> : null}
      </div>
    </li>
  );
}
