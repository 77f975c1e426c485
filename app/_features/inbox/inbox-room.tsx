"use client";

import { ArrowUpRight } from "lucide-react";
import { useIsMutating, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { inboxHref, taskHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { Peek } from "#app/_ui/peek.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { BatchBar } from "./batch-bar.tsx";
import { DecisionView } from "./decision-view.tsx";
import { InboxEmpty } from "./inbox-empty.tsx";
import { InboxRow } from "./inbox-row.tsx";
import type { WaitingItem } from "./inbox-types.ts";
import { NotifySettings } from "./notify-settings.tsx";
import { PolicyList } from "./policy-list.tsx";
import { RequestHistory } from "./request-history.tsx";
import { RequestView } from "./request-view.tsx";
import { useAnswer } from "./use-answer.ts";
import { useWaiting } from "./use-waiting.ts";

const views = ["waiting", "answered", "allowed"] as const;
const viewOptions = [
  { value: "waiting", label: "Waiting" },
  { value: "answered", label: "Answered" },
  { value: "allowed", label: "Always allowed" },
] as const;

/** The home of the app: everything that waits for a person, what was answered, and what is always allowed. */
export function InboxRoom({ orgSlug }: { orgSlug: string }) {
  const [view, setView] = useQueryState("view", parseAsStringLiteral(views).withDefault("waiting"));
  const waiting = useWaiting();
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="shrink-0">
        <RoomHead title="Inbox" summary={waiting.data ? summaryOf(waiting.data.items) : null}>
          <Segmented
            label="What is shown"
            options={viewOptions}
            value={view}
            onValueChange={(next) => void setView(next === "waiting" ? null : next)}
          />
          <NotifySettings />
        </RoomHead>
      </div>
      {view === "waiting" ? <WaitingList orgSlug={orgSlug} /> : null}
      {view === "answered" ? <RequestHistory orgSlug={orgSlug} /> : null}
      {view === "allowed" ? <PolicyList /> : null}
    </div>
  );
}

function WaitingList({ orgSlug }: { orgSlug: string }) {
  const router = useRouter();
  const waiting = useWaiting();
  const { can } = useMe();
  const { answerAll, isPending } = useAnswer();
  const [chosen, setChosen] = useQueryState("item", parseAsString);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const items = waiting.data?.items ?? [];
  const ids = items.map(({ id }) => id);
  const peeked = items.find(({ id }) => id === chosen);
  const gone = useGone(waiting.data !== undefined && !peeked ? chosen : null);
  const selectedRequests = items.flatMap(({ id, request }) => (request && marked.has(id) ? [request] : []));
  const mark = (id: string) =>
    setMarked((before) => new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]));
  const next = (from: string) => {
    const place = ids.indexOf(from);
    void setChosen(ids[place + 1] ?? ids[place - 1] ?? null);
  };
  useListActions({
    noun: "item",
    keys: ids,
    selected: chosen,
    onSelect: (id) => void setChosen(id),
    onPeek: (id) => void setChosen(chosen === id ? null : id),
    onOpen: (id) => router.push(pageOf(orgSlug, items, id)),
    ...(can("request:answer") ? { onMark: mark } : {}),
  });
  useActions([
    {
      id: "inbox.later",
      title: "Leave it for later, go to the next",
      group: "List",
      keys: "e",
      when: () => chosen !== null,
      run: () => chosen !== null && next(chosen),
    },
  ]);
  const showsTeam = new Set(items.map(({ request, decision }) => request?.teamId ?? decision?.teamId)).size > 1;
  return (
    <div className="flex min-h-0 grow">
      <div className="flex min-w-0 grow flex-col overflow-y-auto">
        <Loaded query={waiting} what="The inbox" skeleton={<SkeletonRows count={6} label="Loading the inbox" />}>
          {() =>
            items.length === 0 ? (
              <InboxEmpty orgSlug={orgSlug} />
            ) : (
              <ul aria-label="What waits for a person" className="grow">
                {items.map((item) => (
                  <InboxRow
                    orgSlug={orgSlug}
                    key={item.id}
                    item={item}
                    showsTeam={showsTeam}
                    isSelected={item.id === chosen}
                    isMarked={marked.has(item.id)}
                    canAnswer={can("request:answer")}
                    onOpen={() => void setChosen(item.id)}
                    onMark={() => mark(item.id)}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
        {selectedRequests.length > 0 ? (
          <BatchBar
            requests={selectedRequests}
            isPending={isPending}
            onClear={() => setMarked(new Set())}
            onAnswer={(answer) => {
              setMarked(new Set());
              void answerAll(selectedRequests, answer);
            }}
          />
        ) : null}
      </div>
      {peeked ? (
        <Peek
          label={peeked.request?.title ?? peeked.decision?.task.title ?? "What waits"}
          onClose={() => void setChosen(null)}
          head={
            <Link href={pageOf(orgSlug, items, peeked.id)} className={buttonClass("ghost", "sm")}>
              Open <ArrowUpRight aria-hidden="true" className="size-3.5" />
            </Link>
          }
        >
          <div key={peeked.id} className="p-4">
            {peeked.request ? (
              <RequestView orgSlug={orgSlug} request={peeked.request} onAnswered={() => next(peeked.id)} />
            ) : null}
            {peeked.decision ? <DecisionView orgSlug={orgSlug} decision={peeked.decision} /> : null}
          </div>
        </Peek>
      ) : null}
      {gone ? (
        <Peek label={gone.title} onClose={() => void setChosen(null)}>
          <div className="p-4">
            <RequestView orgSlug={orgSlug} request={gone} />
          </div>
        </Peek>
      ) : null}
    </div>
  );
}

/** A request that left the list while somebody looked at it: who was faster, and what they said. Own answers go on. */
function useGone(id: string | null) {
  const trpc = useTRPC();
  const isAnswering = useIsMutating({ mutationKey: trpc.requests.respond.mutationKey() }) > 0;
  const { data } = useQuery(
    trpc.requests.get.queryOptions({ request: id ?? "" }, { enabled: id !== null && !isAnswering, retry: false }),
  );
  return id !== null && !isAnswering && data?.request.id === id ? data.request : null;
}

function pageOf(orgSlug: string, items: readonly WaitingItem[], id: string): string {
  const decision = items.find((item) => item.id === id)?.decision;
  return decision ? taskHref(orgSlug, decision.task.number) : inboxHref(orgSlug, id);
}

function summaryOf(items: readonly WaitingItem[]): string {
  const blocking = items.filter(({ request }) => request?.blocksTask).length;
  if (items.length === 0) return "";
  const count = `${items.length} ${items.length === 1 ? "waits" : "wait"}`;
  return blocking > 0 ? `${count}, ${blocking} ${blocking === 1 ? "holds" : "hold"} up work` : count;
}
