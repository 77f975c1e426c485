"use client";

import { useEffect, useState } from "react";
import { ChannelTail, type TailSnapshot } from "#app/_lib/channel-tail.ts";
import { useSocket } from "#app/_lib/live.tsx";
import { useTRPCClient } from "#app/_lib/trpc.tsx";

const empty: TailSnapshot = { state: "connecting", entries: [], reason: null };
/** Renders a second at most; a person reads no faster, and the page stays quick. */
const everyMs = 80;

/** What is said on a channel, live and without a gap. Null: nobody listens yet. */
export function useChannelTail(channel: string | null): TailSnapshot {
  const api = useTRPCClient();
  const socket = useSocket();
  const [snapshot, setSnapshot] = useState(empty);
  useEffect(() => {
    if (channel === null || !socket) return;
    const tail = new ChannelTail({
      socket,
      subscribe: () => api.channels.subscribe.mutate({ channel }),
      read: async (since, limit) => {
        const asked = { channels: [{ channel, since }], timeoutSeconds: 0, limit };
        const { messages, channels } = await api.channels.read.query(asked);
        return { messages, since: channels[0]?.since ?? since, missed: channels[0]?.missed ?? 0 };
      },
      onChange: setSnapshot,
      // A hidden tab has no frames to paint and would wait for ever.
      schedule: (flush) => void setTimeout(flush, everyMs),
      refusalOf,
    });
    return () => tail.stop();
  }, [api, socket, channel]);
  return snapshot;
}

const final: readonly unknown[] = ["forbidden", "not_found", "invalid", "conflict", "unauthenticated"];

/** Our refusals say what is possible now; what may be different in a moment has no words here. */
function refusalOf(error: unknown): string | undefined {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return error instanceof Error && final.includes(code) ? error.message : undefined;
}
