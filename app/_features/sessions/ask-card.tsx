"use client";

import { useQuery } from "@tanstack/react-query";
import { HelpCircle, ShieldAlert } from "lucide-react";
import { AlwaysAllow } from "#app/_features/inbox/always-allow.tsx";
import { AnswerForm } from "#app/_features/inbox/answer-form.tsx";
import { useAnswer } from "#app/_features/inbox/use-answer.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

type AskCardProps = {
  requestId: string;
  /** Only the oldest question has the keys: 1–9 and ⌘↵ mean one thing. */
  isFirst: boolean;
  canAnswer: boolean;
};

/** A question of the agent where it was asked; the same one stands in the inbox, and the first answer wins. */
export function AskCard({ requestId, isFirst, canAnswer }: AskCardProps) {
  if (!canAnswer) return <p className="text-app text-muted">Whoever owns the session, or an admin, answers this.</p>;
  if (!isFirst) return <p className="text-app text-muted">It waits for your answer to the one above.</p>;
  return <OpenAsk requestId={requestId} />;
}

function OpenAsk({ requestId }: { requestId: string }) {
  const query = useQuery(useTRPC().requests.get.queryOptions({ request: requestId }));
  const { answer, isPending } = useAnswer();
  if (query.error) return <p className="text-app text-danger">{refusalOf(query.error)}</p>;
  if (!query.data) return <Skeleton className="h-8 w-48" />;
  const { request } = query.data;
  if (request.status !== "pending") return <p className="text-app text-muted">It is answered.</p>;
  const Icon = request.kind === "permission" ? ShieldAlert : HelpCircle;
  return (
    <div className="flex flex-col gap-2.5 rounded-md border border-warning-line bg-warning-soft/40 p-2.5">
      <p className="flex items-center gap-1.5 text-app font-medium">
        <Icon aria-hidden="true" className="size-4 shrink-0 text-warning" />
        {request.title}
      </p>
      <AnswerForm
        request={request}
        isPending={isPending}
        isShort
        onAnswer={(value) => answer(request, value)}
        more={<AlwaysAllow request={request} onAnswer={(value, always) => answer(request, value, always)} />}
      />
    </div>
  );
}
