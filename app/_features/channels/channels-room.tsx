"use client";

import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { ChevronRight, Plus, RadioTower, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { channelHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { Count } from "#app/_ui/badge.tsx";
import { controlClass } from "#app/_ui/control-look.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { ChannelPeek } from "./channel-peek.tsx";
import { ChannelRow } from "./channel-row.tsx";
import type { ListedChannel } from "./channel-words.ts";
import { NewChannelDialog } from "./new-channel-dialog.tsx";
import { TeachChannel } from "./teach-channel.tsx";
import { useHandles } from "./use-handles.ts";

const groups = [
  { scope: "mine", title: "Yours" },
  { scope: "public", title: "Public" },
  { scope: "others", title: "Of other agents and people" },
  { scope: "system", title: "Timers of the server" },
] as const;
type Scope = (typeof groups)[number]["scope"];
/** Counts of messages are no events: they are looked at again now and then. */
const lookAgainMs = 10_000;
const [fewRows, manyRows] = [50, 200];

/** The channels of the organization: one's own, the public ones, those of others with what they advertise, the timers. */
export function ChannelsRoom({ orgSlug }: { orgSlug: string }) {
  const router = useRouter();
  const { can } = useMe();
  const { faces } = useHandles();
  const [search, setSearch] = useQueryState("q", parseAsString.withDefault(""));
  const [peeked, setPeeked] = useQueryState("channel", parseAsString);
  const [selected, setSelected] = useState<string | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<Scope>>(new Set());
  const [long, setLong] = useState<ReadonlySet<Scope>>(new Set());
  const [isAdding, setAdding] = useState(false);
  const sections = useSections(search.trim().slice(0, 100), long);
  const isOpen = (scope: Scope) => scope !== "system" || search !== "" || opened.has(scope);
  const shown = sections.flatMap(({ scope, channels }) => (isOpen(scope) ? channels : []));
  const handle = sections[0]?.query.data?.handle ?? null;
  const open = (name: string) => router.push(channelHref(orgSlug, name));
  const select = (name: string) => {
    setSelected(name);
    if (peeked) void setPeeked(name);
  };
  useListActions({
    noun: "channel",
    keys: shown.map(({ channel }) => channel),
    selected: selected ?? peeked,
    onSelect: (name) => {
      select(name);
      document.querySelector<HTMLElement>(`[data-channel="${CSS.escape(name)}"]`)?.focus();
    },
    onOpen: open,
    onPeek: (name) => void setPeeked(peeked === name ? null : name),
  });
  useActions([
    {
      id: "channel.new",
      title: "Open a channel by its name",
      group: "Channels",
      keys: "c",
      icon: <Plus />,
      run: () => setAdding(true),
    },
  ]);
  const first = sections[0]?.query;
  const isEmpty = sections.every(({ query, channels }) => query.data !== undefined && channels.length === 0);
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 grow flex-col overflow-y-auto">
        <RoomHead title="Channels" summary={handle ? `agent.${handle}.* is yours` : null}>
          <Button
            variant="primary"
            size="sm"
            icon={<Plus className="size-3.5" />}
            keys="c"
            onClick={() => setAdding(true)}
          >
            Channel
          </Button>
        </RoomHead>
        <div role="search" className="border-b px-3 py-1.5">
          <span className="relative block w-full sm:w-72">
            <Search aria-hidden="true" className="absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
            <input
              type="search"
              data-page-search=""
              aria-label="Search names and adverts"
              placeholder="Search names and adverts"
              value={search}
              maxLength={100}
              onChange={(event) => void setSearch(event.target.value || null)}
              onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
              className={`${controlClass} h-7 pr-2 pl-8 coarse:h-10`}
            />
          </span>
        </div>
        {first ? (
          <Loaded query={first} what="The channels" skeleton={<SkeletonRows count={10} label="Loading the channels" />}>
            {() =>
              isEmpty && search !== "" ? (
                <EmptyState
                  icon={<Search />}
                  title="No channel says so"
                  action={<Button onClick={() => void setSearch(null)}>Clear the search</Button>}
                >
                  Names and descriptions of channels were searched.
                </EmptyState>
              ) : (
                sections.map(({ scope, title, channels, query }) =>
                  channels.length === 0 && (scope !== "mine" || search !== "") ? null : (
                    <section key={scope} aria-label={title}>
                      <GroupHead
                        title={title}
                        count={channels.length}
                        isOpen={isOpen(scope)}
                        onToggle={
                          scope === "system" && search === ""
                            ? () => setOpened((before) => toggled(before, scope))
                            : undefined
                        }
                      />
                      {scope === "mine" && channels.length === 0 ? (
                        <NoneYet handle={handle} canPublish={can("channel:write")} />
                      ) : null}
                      {isOpen(scope) ? (
                        <ul aria-label={title}>
                          {channels.map((channel) => (
                            <ChannelRow
                              key={channel.channel}
                              channel={channel}
                              faces={faces}
                              isOwn={scope === "mine"}
                              isSelected={channel.channel === (selected ?? peeked)}
                              onOpen={() => open(channel.channel)}
                            />
                          ))}
                        </ul>
                      ) : null}
                      {isOpen(scope) && query.data?.next ? (
                        <p className="border-b px-3 py-2 text-app text-muted">
                          {long.has(scope) ? (
                            "There are more. Search for the one you mean."
                          ) : (
                            <Button size="sm" onClick={() => setLong((before) => toggled(before, scope))}>
                              Show more
                            </Button>
                          )}
                        </p>
                      ) : null}
                    </section>
                  ),
                )
              )
            }
          </Loaded>
        ) : null}
      </div>
      {peeked ? (
        <ChannelPeek key={peeked} orgSlug={orgSlug} channel={peeked} onClose={() => void setPeeked(null)} />
      ) : null}
      {isAdding ? <NewChannelDialog orgSlug={orgSlug} handle={handle} onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

function useSections(search: string, long: ReadonlySet<Scope>) {
  const trpc = useTRPC();
  const queries = useQueries({
    queries: groups.map(({ scope }) => ({
      ...trpc.channels.list.queryOptions({ scope, search, limit: long.has(scope) ? manyRows : fewRows }),
      placeholderData: keepPreviousData,
      refetchInterval: lookAgainMs,
    })),
  });
  return groups.flatMap(({ scope, title }, index) => {
    const query = queries[index];
    const channels: readonly ListedChannel[] = query?.data?.channels ?? [];
    return query ? [{ scope, title, query, channels }] : [];
  });
}

type GroupHeadProps = { title: string; count: number; isOpen: boolean; onToggle: (() => void) | undefined };

function GroupHead({ title, count, isOpen, onToggle }: GroupHeadProps) {
  const words = (
    <>
      {title} <Count value={count} label="channels" />
    </>
  );
  const look = "flex h-8 w-full items-center gap-2 border-b bg-sunken px-3 text-small font-medium text-muted";
  if (!onToggle) return <h2 className={look}>{words}</h2>;
  return (
    <h2>
      <button type="button" aria-expanded={isOpen} onClick={onToggle} className={`${look} -outline-offset-2`}>
        {words}
        <ChevronRight aria-hidden="true" className={`size-3.5 ${isOpen ? "rotate-90" : ""}`} />
      </button>
    </h2>
  );
}

function NoneYet({ handle, canPublish }: { handle: string | null; canPublish: boolean }) {
  if (!handle || !canPublish) {
    return (
      <p className="border-b px-3 py-3 text-app text-muted">
        {canPublish
          ? "You get a handle in a moment; the channels under it are yours."
          : "You may listen here. An admin can make you a member, who publishes too."}
      </p>
    );
  }
  return (
    <div className="border-b">
      <EmptyState icon={<RadioTower />} title="You have not published yet">
        Whatever begins with <code className="font-mono text-small">agent.{handle}.</code> is yours: you publish, the
        organization listens, or only those you grant. A channel begins with its first message.
      </EmptyState>
      <div className="mx-auto max-w-2xl px-3 pb-6">
        <TeachChannel channel={`agent.${handle}.news`} mayPublish />
      </div>
    </div>
  );
}

const toggled = (before: ReadonlySet<Scope>, scope: Scope): ReadonlySet<Scope> =>
  new Set(before.has(scope) ? [...before].filter((each) => each !== scope) : [...before, scope]);
