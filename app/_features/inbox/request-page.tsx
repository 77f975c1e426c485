"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import Link from "next/link";
import { useTeamOfPage } from "#app/_features/frame/org-frame.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { inboxHref } from "#app/_shell/rooms.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { RequestView } from "./request-view.tsx";

type RequestPageProps = { orgSlug: string; requestId: string; teamId: string };

/** One request on a page of its own: what a link or a notification leads to. It shows live who answered. */
export function RequestPage({ orgSlug, requestId, teamId }: RequestPageProps) {
  useTeamOfPage(teamId);
  const router = useRouter();
  const query = useQuery(useTRPC().requests.get.queryOptions({ request: requestId }));
  const back = () => router.push(inboxHref(orgSlug));
  useActions([{ id: "request.back", title: "Back to the inbox", group: "Navigate", keys: "Escape", run: back }]);
  return (
    <article className="mx-auto flex max-w-180 flex-col gap-3 px-4 py-5 sm:px-6">
      <p className="text-app text-muted">
        <Link href={inboxHref(orgSlug)} className="rounded-sm hover:text-ink">
          Inbox
        </Link>
        {query.data ? ` / ${query.data.request.teamName}` : ""}
      </p>
      <Loaded query={query} what="The request" skeleton={<SkeletonRows count={4} label="Loading the request" />}>
        {({ request }) => <RequestView orgSlug={orgSlug} request={request} onAnswered={back} />}
      </Loaded>
    </article>
  );
}
