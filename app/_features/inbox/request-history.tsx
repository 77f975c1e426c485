"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import Link from "next/link";
import { answerWords } from "#app/_features/events/sentences/requests.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { inboxHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { HumanRequest } from "./inbox-types.ts";

const ended = ["resolved" as const, "expired" as const, "withdrawn" as const];
const words = { pending: "Open", resolved: "Answered", expired: "Expired", withdrawn: "Withdrawn" } as const;
const tones = { pending: "info", resolved: "success", expired: "warning", withdrawn: "neutral" } as const;

/** What was asked before: who answered what, and what nobody answered. */
export function RequestHistory({ orgSlug }: { orgSlug: string }) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const input = { status: ended, limit: 50 };
  const query = useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.requests.list.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.requests.list.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const requests = query.data?.pages.flatMap((page) => page.requests) ?? [];
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <Loaded query={query} what="The answers" skeleton={<SkeletonRows count={8} label="Loading answers" />}>
        {() =>
          requests.length === 0 ? (
            <EmptyState icon={<History />} title="Nothing was answered yet">
              Every question stands here with its answer, whose it was and when.
            </EmptyState>
          ) : (
            <>
              <ul aria-label="Answered requests">
                {requests.map((request) => (
                  <HistoryRow key={request.id} orgSlug={orgSlug} request={request} />
                ))}
              </ul>
              <ShowOlder query={query} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function HistoryRow({ orgSlug, request }: { orgSlug: string; request: HumanRequest }) {
  return (
    <li className="relative flex flex-col gap-0.5 border-b px-3 py-2.5 hover:bg-hover">
      <div className="flex items-baseline gap-2">
        <Link
          href={inboxHref(orgSlug, request.id)}
          className="min-w-0 grow truncate rounded-sm text-app font-medium before:absolute before:inset-0"
        >
          {request.title}
        </Link>
        <span className="shrink-0 text-small text-faint">
          {request.closedAt ? <RelativeTime at={request.closedAt} /> : null}
        </span>
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-small text-muted">
        <Badge tone={tones[request.status]}>{words[request.status]}</Badge>
        <span>asked by {request.askedBy.name}</span>
        {request.closedBy ? <span>by {request.closedBy.name}</span> : null}
        <span className="min-w-0 truncate text-ink">
          {request.answer === null ? request.reason : answerWords(request.answer)}
        </span>
      </p>
    </li>
  );
}
