"use client";

import { ArrowDown, Pause, Play, Radio } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { TailEntry, TailState } from "#app/_lib/channel-tail.ts";
import { useActions } from "#app/_shell/actions.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { controlClass } from "#app/_ui/control-look.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { keepsOf } from "./channel-words.ts";
import { PublishBox } from "./publish-box.tsx";
import { EarlierButton, TailGap, TailLine } from "./tail-line.tsx";
import { TeachChannel } from "./teach-channel.tsx";
import { useChannelTail } from "./use-channel-tail.ts";
import type { HandleFaces } from "./use-handles.ts";

/** Drawn at once; earlier ones on demand, as long as the page has them. */
const rowsAtOnce = 300;
const nearEndPixels = 24;

type TailViewProps = { channel: ChannelInfo; faces: HandleFaces; canPublish: boolean };

/** What is said on a channel, as in a terminal: it follows what comes until somebody scrolls up or pauses. */
export function TailView({ channel, faces, canPublish }: TailViewProps) {
  const tail = useChannelTail(channel.channel);
  const [find, setFind] = useQueryState("find", parseAsString.withDefault(""));
  const [rows, setRows] = useState(rowsAtOnce);
  /** What is shown while it does not follow; whoever scrolled up goes on at the end, whoever pressed pause presses again. */
  const [held, setHeld] = useState<{ entries: readonly TailEntry[]; byHand: boolean } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const entries = held?.entries ?? tail.entries;
  const found = useMemo(() => filtered(entries, find), [entries, find]);
  const shown = found.slice(-rows);
  const newest = tail.entries.at(-1)?.seq ?? 0;
  const unseen = held ? tail.entries.filter(({ seq }) => seq > (held.entries.at(-1)?.seq ?? 0)).length : 0;
  const isClosed = tail.state === "closed";
  const follow = () => {
    setHeld(null);
    setRows(rowsAtOnce);
  };
  const toggle = () => (held ? follow() : setHeld({ entries: tail.entries, byHand: true }));
  const latest = useRef(tail.entries);
  useEffect(() => {
    latest.current = tail.entries;
  });
  // What somebody reads must not be scrolled away under them.
  const holdToRead = useCallback(() => setHeld((now) => now ?? { entries: latest.current, byHand: false }), []);
  useFollow(scroller, held === null, [newest, find, tail.state]);
  useActions([
    {
      id: "tail.follow",
      title: held ? "Follow the channel again" : "Pause the channel",
      group: "Channels",
      keys: "f",
      icon: held ? <Play /> : <Pause />,
      run: toggle,
    },
  ]);
  return (
    <>
      <div className="flex min-h-11 shrink-0 items-center gap-2 border-b px-3 py-1.5">
        <StateWord state={tail.state} isHeld={held !== null} />
        <input
          type="search"
          data-page-search=""
          aria-label="Filter the messages"
          placeholder="Filter"
          value={find}
          maxLength={100}
          onChange={(event) => void setFind(event.target.value || null)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            event.stopPropagation();
            event.currentTarget.blur();
          }}
          className={`${controlClass} ml-auto h-7 w-full max-w-56 px-2.5 coarse:h-10`}
        />
        <IconButton
          label={held ? "Follow" : "Pause"}
          keys="f"
          icon={held ? <Play /> : <Pause />}
          onClick={toggle}
          aria-pressed={held !== null}
        />
      </div>
      <div className="relative min-h-0 grow">
        <div
          ref={scroller}
          role="region"
          aria-label="Messages"
          tabIndex={0}
          onScroll={({ currentTarget: at }) => {
            const isAtEnd = at.scrollHeight - at.scrollTop - at.clientHeight < nearEndPixels;
            if (held === null && !isAtEnd) setHeld({ entries: tail.entries, byHand: false });
            else if (held !== null && isAtEnd && !held.byHand) follow();
          }}
          className="h-full overflow-y-auto -outline-offset-2"
        >
          {entries.length === 0 ? (
            <Nothing state={tail.state} channel={channel} canPublish={canPublish} />
          ) : (
            <ol aria-label="Messages of the channel">
              {found.length > rows ? <EarlierButton onPress={() => setRows(rows + rowsAtOnce)} /> : null}
              {shown.map((entry) =>
                entry.kind === "gap" ? (
                  <TailGap key={`gap-${entry.seq}`} missed={entry.missed} />
                ) : (
                  <TailLine key={entry.seq} entry={entry} onOpen={holdToRead} {...pick(faces(entry.message.sender))} />
                ),
              )}
            </ol>
          )}
          {entries.length > 0 && found.length === 0 ? (
            <p className="px-3 py-8 text-center text-app text-muted">
              None of the {entries.length} messages here says “{find}”.
            </p>
          ) : null}
        </div>
        {unseen > 0 ? (
          <button
            type="button"
            onClick={follow}
            className="absolute bottom-3 left-1/2 inline-flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-3 text-small font-medium text-accent-ink shadow-popup hover:bg-accent-hover coarse:h-10"
          >
            <ArrowDown aria-hidden="true" className="size-3.5" />
            {unseen === 1 ? "1 new message" : `${unseen} new messages`}
          </button>
        ) : null}
      </div>
      {isClosed ? (
        <Banner tone="warning" title="You hear nothing more of this channel.">
          {tail.reason}
        </Banner>
      ) : null}
      {channel.mayPublish && canPublish && !isClosed ? <PublishBox channel={channel} /> : null}
    </>
  );
}

const pick = ({ kind, name }: ReturnType<HandleFaces>) => ({ kind, name });

/** Words of the sender or of what was said. */
function filtered(entries: readonly TailEntry[], find: string): readonly TailEntry[] {
  const words = find.trim().toLowerCase();
  if (words === "") return entries;
  return entries.filter(
    (entry) =>
      entry.kind !== "gap" &&
      (entry.message.sender.includes(words) ||
        (entry.kind === "message" &&
          JSON.stringify(entry.message.payload ?? null)
            .toLowerCase()
            .includes(words))),
  );
}

/** Keeps the end in sight: when something comes, and when the place for it gets smaller. */
function useFollow(scroller: React.RefObject<HTMLDivElement | null>, isFollowing: boolean, news: readonly unknown[]) {
  useLayoutEffect(() => {
    if (isFollowing && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- what came is the reason, not an input
  }, [scroller, isFollowing, ...news]);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !isFollowing) return;
    const watcher = new ResizeObserver(() => {
      element.scrollTop = element.scrollHeight;
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [scroller, isFollowing]);
}

const stateWords: Record<TailState, { word: string; look: string }> = {
  live: { word: "Following", look: "bg-success" },
  connecting: { word: "Connecting", look: "bg-control" },
  stale: { word: "Reconnecting", look: "bg-warning" },
  closed: { word: "Ended", look: "bg-danger" },
};

function StateWord({ state, isHeld }: { state: TailState; isHeld: boolean }): ReactNode {
  const { word, look } = stateWords[state];
  return (
    <span role="status" className="inline-flex shrink-0 items-center gap-1.5 text-small text-muted">
      <span aria-hidden="true" className={`size-1.5 rounded-full ${isHeld ? "bg-control" : look}`} />
      {isHeld && state === "live" ? "Paused" : word}
    </span>
  );
}

type NothingProps = { state: TailState; channel: ChannelInfo; canPublish: boolean };

/** Nothing was said that is still there: how the first message comes. */
function Nothing({ state, channel, canPublish }: NothingProps) {
  if (state === "connecting") return <SkeletonRows count={8} label="Loading the messages" />;
  const isTimer = channel.kind === "system";
  return (
    <div className="pb-6">
      <EmptyState icon={<Radio />} title={isTimer ? "Waiting for the next tick" : "Nothing is said right now"}>
        {isTimer
          ? "The server ticks here in UTC for as long as somebody listens: agents start regular work by it, without a clock of their own."
          : keepsOf(channel)}
      </EmptyState>
      <div className="mx-auto max-w-2xl px-3">
        <TeachChannel channel={channel.channel} mayPublish={channel.mayPublish && canPublish} />
      </div>
    </div>
  );
}
