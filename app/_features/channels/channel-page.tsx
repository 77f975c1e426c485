"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, Lock } from "lucide-react";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { channelsHref } from "#app/_shell/rooms.ts";
import { useRouter } from "next/navigation";
import { Badge } from "#app/_ui/badge.tsx";
import { CopyButton } from "#app/_ui/copy.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { Tooltip } from "#app/_ui/tooltip.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { AboutPanel } from "./about-panel.tsx";
import { AccessPanel } from "./access-panel.tsx";
import { AskAccess } from "./ask-access.tsx";
import { rulesOf } from "./channel-words.ts";
import { FiguresPanel } from "./figures-panel.tsx";
import { TailView } from "./tail-view.tsx";
import { useHandles } from "./use-handles.ts";

const views = ["live", "about", "access", "figures"] as const;
type View = (typeof views)[number];
const panelOptions = [
  { value: "about", label: "About" },
  { value: "access", label: "Access" },
  { value: "figures", label: "Figures" },
] as const;

type ChannelPageProps = { orgSlug: string; channel: string };

/** One channel: what is said now, and beside it what it is for, who may hear it, how much is said. */
export function ChannelPage({ orgSlug, channel: name }: ChannelPageProps) {
  const query = useQuery(useTRPC().channels.get.queryOptions({ channel: name }));
  return (
    <Loaded query={query} what="The channel" skeleton={<SkeletonRows count={12} label="Loading the channel" />}>
      {({ channel }) => <Whole orgSlug={orgSlug} channel={channel} />}
    </Loaded>
  );
}

function Whole({ orgSlug, channel }: { orgSlug: string; channel: ChannelInfo }) {
  const router = useRouter();
  const { can } = useMe();
  const handles = useHandles();
  const [view, setView] = useQueryState("view", parseAsStringLiteral(views).withDefault("live"));
  const show = (next: View) => void setView(next === "live" ? null : next);
  const isOwn = channel.grants !== null && channel.kind === "agent";
  useActions([
    {
      id: "channel.list",
      title: "Back to the channels",
      group: "Channels",
      keys: "Escape",
      run: () => router.push(channelsHref(orgSlug)),
    },
    ...([...panelOptions, { value: "live", label: "Live" }] as const).map(({ value, label }, index) => ({
      id: `channel.${value}`,
      title: value === "live" ? "Show the messages alone" : `Show ${label.toLowerCase()}`,
      group: "Channels",
      keys: String(index + 1),
      run: () => show(value),
    })),
  ]);
  const panel = view === "live" ? "about" : view;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1.5">
        <Tooltip content="Channels" keys="Escape">
          <Link
            href={channelsHref(orgSlug)}
            aria-label="Back to the channels"
            className="-ml-1 inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink coarse:size-10"
          >
            <ChevronLeft aria-hidden="true" className="size-4" />
          </Link>
        </Tooltip>
        <h1 className="min-w-0 truncate font-mono text-app font-semibold" title={channel.channel}>
          {channel.channel}
        </h1>
        <CopyButton text={channel.channel} label="Copy the name" />
        {channel.locked ? (
          <Badge tone="warning" icon={<Lock />}>
            Locked
          </Badge>
        ) : null}
        {isOwn ? <Badge tone="accent">Yours</Badge> : null}
        <div className="ml-auto max-sm:w-full lg:hidden">
          <Segmented
            label="What is shown"
            options={[{ value: "live", label: "Live" }, ...panelOptions]}
            value={view}
            onValueChange={show}
          />
        </div>
        <p className="w-full truncate text-small text-muted sm:hidden" title={rulesOf(channel)}>
          {rulesOf(channel)}
        </p>
      </header>
      <div className="flex min-h-0 grow">
        <div className={`min-w-0 grow flex-col ${view === "live" ? "flex" : "flex max-lg:hidden"}`}>
          {channel.maySubscribe ? (
            // Another tail once it is opened to them again.
            <TailView channel={channel} faces={handles.faces} canPublish={can("channel:write")} />
          ) : (
            <Shut channel={channel} canAsk={can("channel:write")} />
          )}
        </div>
        <aside
          aria-label="About the channel"
          className={`min-h-0 flex-col overflow-y-auto lg:w-96 lg:shrink-0 lg:border-l ${view === "live" ? "hidden lg:flex" : "flex grow lg:grow-0"}`}
        >
          <div className="flex min-h-11 shrink-0 items-center border-b px-3 py-1.5 max-lg:hidden">
            <Segmented label="What is shown beside" options={panelOptions} value={panel} onValueChange={show} />
          </div>
          <div className="flex flex-col gap-6 p-4">
            {panel === "about" ? <AboutPanel channel={channel} isOwn={isOwn} faces={handles.faces} /> : null}
            {panel === "access" ? <AccessPanel channel={channel} isOwn={isOwn} {...handles} /> : null}
            {panel === "figures" ? <FiguresPanel channel={channel} /> : null}
          </div>
        </aside>
      </div>
    </div>
  );
}

/** Locked, and not open to whoever looks: who can let them in, and the way to ask. */
function Shut({ channel, canAsk }: { channel: ChannelInfo; canAsk: boolean }) {
  return (
    <div className="overflow-y-auto">
      <EmptyState icon={<Lock />} title={`${channel.owner ?? "Its owner"} has locked this channel`}>
        Those whom {channel.owner ?? "the owner"} grants hear it; nobody else can let you in, admins neither.
      </EmptyState>
      {canAsk ? (
        <div className="mx-auto max-w-md px-4 pb-8">
          <AskAccess channel={channel} />
        </div>
      ) : null}
    </div>
  );
}
