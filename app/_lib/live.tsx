"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Frame, RealtimeSettings } from "#server/realtime/schema.ts";
import type { LiveCache } from "./live-cache.ts";
import type { LiveConnection, LiveOptions, LiveState } from "./live-connection.ts";
import { leaveForSignIn } from "./session.ts";
import { useTRPCClient } from "./trpc.tsx";

export interface LiveProviderProps {
  /** The slug or id in the address; said with every request. */
  org: string;
  teamId: string | null;
  /** From `realtimeOf` on the server, read before the data of the page. */
  realtime: RealtimeSettings;
  children: ReactNode;
}

type Api = ReturnType<typeof useTRPCClient>;

/** `stale`: what is on the page may be old, as of `lastUpdateAt`; it is read every few seconds until the socket is back. */
export interface LiveStatus {
  state: LiveState;
  /** ISO time of the last thing heard from the server. */
  lastUpdateAt: string | null;
}

const LiveContext = createContext<LiveStore | undefined>(undefined);

/**
 * Keeps everything inside at what the server holds, by one socket for the tab: patches the query cache and says whether
 * it is live. Stands inside `ApiProvider`.
 */
export function LiveProvider({ org, teamId, realtime, children }: LiveProviderProps) {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const [store] = useState(() => new LiveStore());
  // The settings count when the page opens and when the team changes; a new render brings new numbers for the same.
  const [first, setFirst] = useState({ teamId, realtime });
  if (first.teamId !== teamId) setFirst({ teamId, realtime });
  useEffect(
    () => connect({ org, teamId: first.teamId, realtime: first.realtime, api, queryClient, store }),
    [org, first, api, queryClient, store],
  );
  return <LiveContext value={store}>{children}</LiveContext>;
}

/** Hears every event that reaches the page, in order. Those without `cards` were read from the feed. */
export function useLive(onFrame: (frame: Frame) => void): void {
  const store = useContext(LiveContext);
  useEffect(() => store?.hear(onFrame), [store, onFrame]);
}

/** Whether the page shows what the server holds. */
export function useConnection(): LiveStatus {
  const store = useContext(LiveContext) ?? alone;
  return useSyncExternalStore(store.subscribe, store.read, () => connecting);
}

/** The socket of the page, for whoever listens to more channels on it; undefined until it is there. */
export function useSocket(): LiveConnection | undefined {
  const store = useContext(LiveContext) ?? alone;
  return useSyncExternalStore(store.subscribe, store.readSocket, () => undefined);
}

const connecting: LiveStatus = { state: "connecting", lastUpdateAt: null };

/** What components see of the connection. */
class LiveStore {
  private status = connecting;
  private readonly watchers = new Set<() => void>();
  private readonly hearers = new Set<(frame: Frame) => void>();

  private socket: LiveConnection | undefined;

  readonly read = (): LiveStatus => this.status;
  readonly readSocket = (): LiveConnection | undefined => this.socket;

  setSocket(socket: LiveConnection | undefined): void {
    this.socket = socket;
    for (const watcher of this.watchers) watcher();
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  hear(hearer: (frame: Frame) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  tell(frames: readonly Frame[]): void {
    this.change({});
    for (const frame of frames) for (const hearer of this.hearers) hearer(frame);
  }

  /** A second is fine enough for "last update", and spares a render for every frame. */
  change({ state = this.status.state }: { state?: LiveState }): void {
    const { state: before, lastUpdateAt } = this.status;
    const isSoon = lastUpdateAt !== null && Date.now() - Date.parse(lastUpdateAt) < 1_000;
    if (state === before && isSoon) return;
    const isHeard = state === "live" || state === before;
    this.status = { state, lastUpdateAt: isHeard ? new Date().toISOString() : lastUpdateAt };
    for (const watcher of this.watchers) watcher();
  }
}

const alone = new LiveStore();

interface Wiring {
  org: string;
  teamId: string | null;
  realtime: RealtimeSettings;
  api: Api;
  queryClient: QueryClient;
  store: LiveStore;
}

/** Opens the connection and returns the way to end it. */
function connect({ org, teamId, realtime, api, queryClient, store }: Wiring): () => void {
  const { seq } = realtime.channels;
  const team = teamId ?? undefined;
  let cache: LiveCache | undefined;
  let connection: LiveConnection | undefined;
  let isOver = false;
  const options: Omit<LiveOptions, "Pusher"> = {
    host: realtime.host,
    page: { hostname: location.hostname, port: portOfPage(), isSecure: location.protocol === "https:" },
    since: seq,
    readChannels: () => api.realtime.channels.query({ teamId: team }).catch(leaveWhenShutOut),
    readFeed: (since, limit) => api.events.list.query({ teamId: team, since, limit }),
    authorize: (socketId, channel) => authorize(org, socketId, channel),
    onFrames: (frames) => {
      cache?.apply(frames);
      store.tell(frames);
    },
    onReset: () => cache?.reset(),
    onLines: (lines) => cache?.tell(lines),
    onState: (state) => store.change({ state }),
    onSignedOut: leaveForSignIn,
    isSignedOut: (error) => codeOf(error) === "unauthenticated",
    schedule: beforePaint,
  };
  // None of it is needed for the first paint. The cache stands before the first frame, and renews what was read without it.
  void Promise.all([import("pusher-js"), import("./live-connection.ts"), import("./live-cache.ts")]).then(
    ([{ default: Pusher }, live, caches]) => {
      if (isOver) return;
      cache = new caches.LiveCache(queryClient, seq);
      connection = new live.LiveConnection({ ...options, Pusher });
      connection.start(realtime.channels);
      store.setSocket(connection);
    },
  );
  const nudge = () => {
    if (document.visibilityState === "visible") void connection?.nudge();
  };
  document.addEventListener("visibilitychange", nudge);
  addEventListener("online", nudge);
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", nudge);
    removeEventListener("online", nudge);
    connection?.stop();
    cache?.stop();
    store.setSocket(undefined);
  };
}

/** Deactivated, or taken out of the team: what is on the page is not theirs to see any more. */
function leaveWhenShutOut(error: unknown): never {
  const code = codeOf(error);
  if (code === "not_found" || code === "forbidden") location.assign("/");
  throw error;
}

async function authorize(org: string, socketId: string, channel: string): Promise<{ auth: string }> {
  const response = await fetch("/api/realtime/auth", {
    method: "POST",
    headers: { "content-type": "application/json", "x-entourage-org": org },
    body: JSON.stringify({ socket_id: socketId, channel_name: channel }),
  });
  const answer: unknown = await response.json();
  if (response.ok && typeof answer === "object" && answer !== null && "auth" in answer) {
    return { ...answer, auth: String(answer.auth) };
  }
  throw new Error(`The channel was refused with ${response.status}`);
}

/** Frames of one turn become one write. A hidden tab has no frames to paint and would wait for ever. */
function beforePaint(flush: () => void): void {
  if (document.visibilityState === "visible") requestAnimationFrame(flush);
  else setTimeout(flush, 100);
}

const portOfPage = () => Number(location.port || (location.protocol === "https:" ? 443 : 80));

function codeOf(error: unknown): unknown {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
}
