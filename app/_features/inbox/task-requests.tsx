"use client";

import { useQuery } from "@tanstack/react-query";
import { answerWords } from "#app/_features/events/sentences/requests.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { ClosedNote } from "./closed-note.tsx";
import { RequestView } from "./request-view.tsx";

type TaskRequestsProps = { orgSlug: string; task: Pick<TaskDetail, "id" | "requests"> };

/** What people are asked about a task: open ones to answer right here, and what was said before. */
export function TaskRequests({ orgSlug, task }: TaskRequestsProps) {
  const isAsked = task.requests.some(({ status }) => status === "pending");
  const open = useQuery(useTRPC().requests.pending.queryOptions({ task: task.id }, { enabled: isAsked }));
  const closed = task.requests.filter(({ status }) => status !== "pending");
  return (
    <>
      {(isAsked ? (open.data?.requests ?? []) : []).map((request) => (
        <section
          key={request.id}
          aria-label={`Question: ${request.title}`}
          className="rounded-md border border-warning-line bg-warning-soft p-3"
        >
          <RequestView orgSlug={orgSlug} request={request} hidesTask />
        </section>
      ))}
      {closed.length > 0 ? (
        <details className="text-app">
          <summary className="cursor-pointer text-muted">
            {closed.length} {closed.length === 1 ? "question" : "questions"} before
          </summary>
          <ul className="flex flex-col gap-2 pt-2">
            {closed.map((request) => (
              <li key={request.id} className="flex flex-col gap-1">
                <p className="font-medium">{request.title}</p>
                <ClosedNote request={request} words={answerWords} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
