"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight } from "lucide-react";
import Link from "next/link";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { channelHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { Peek } from "#app/_ui/peek.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { AboutPanel } from "./about-panel.tsx";
import { useHandles } from "./use-handles.ts";

type ChannelPeekProps = { orgSlug: string; channel: string; onClose: () => void };

/** A channel beside the list: what it is for, before it is opened. */
export function ChannelPeek({ orgSlug, channel: name, onClose }: ChannelPeekProps) {
  const query = useQuery(useTRPC().channels.get.queryOptions({ channel: name }, { retry: false }));
  const { faces } = useHandles();
  return (
    <Peek
      label={name}
      onClose={onClose}
      head={
        <>
          <h2 className="min-w-0 truncate font-mono text-app font-semibold">{name}</h2>
          <span className="grow" />
          <Link href={channelHref(orgSlug, name)} className={buttonClass("ghost", "sm")}>
            Open <ArrowUpRight aria-hidden="true" className="size-3.5" />
          </Link>
        </>
      }
    >
      <div className="flex flex-col gap-6 p-4">
        <Loaded query={query} what="The channel" skeleton={<SkeletonRows count={6} label="Loading the channel" />}>
          {({ channel }) => (
            <AboutPanel channel={channel} isOwn={channel.grants !== null && channel.kind === "agent"} faces={faces} />
          )}
        </Loaded>
      </div>
    </Peek>
  );
}
