import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { PusherApp } from "./limits.ts";

/** What Pusher's webhooks tell; https://pusher.com/docs/channels/server_api/webhooks */
export type WebhookEvent =
  | { name: "channel_occupied" | "channel_vacated" | "cache_miss"; channel: string }
  | { name: "member_added" | "member_removed"; channel: string; user_id: string }
  | { name: "subscription_count"; channel: string; subscription_count: number }
  | {
      name: "client_event";
      channel: string;
      event: string;
      data: string;
      socket_id: string;
      user_id?: string | undefined;
    };

/** Tells what happens on channels. */
export type Report = (event: WebhookEvent) => void;

export interface WebhookOptions {
  app: PusherApp;
  url: string;
  onError: (error: unknown) => void;
  /** How long events are gathered for one request. */
  gatherMs?: number;
  /** Before each further attempt. */
  pausesMs?: readonly number[];
  /** How long a stop may take for what still waits. */
  lastMs?: number;
}

const mostWaiting = 10_000;
const mostPerRequest = 100;

/**
 * Reports to an address: batches in the order things happened, signed with the application's secret as Pusher's are, each
 * tried again when it was not taken with 2xx. What cannot be delivered is given up, the oldest first, and said so.
 */
export function startWebhooks({
  app,
  url,
  onError,
  gatherMs = 50,
  pausesMs = [500, 2_000, 8_000, 30_000],
  lastMs = 3_000,
}: WebhookOptions) {
  const stopping = new AbortController();
  /** Ends everything: an address that does not answer must not keep the process. */
  const over = new AbortController();
  let waiting: WebhookEvent[] = [];
  let running: Promise<void> | undefined;

  async function deliver(): Promise<void> {
    await delay(gatherMs, undefined, { signal: stopping.signal }).catch(() => {});
    while (waiting.length > 0 && !over.signal.aborted) {
      const batch = waiting.slice(0, mostPerRequest);
      waiting = waiting.slice(mostPerRequest);
      await post(JSON.stringify({ time_ms: Date.now(), events: batch }));
    }
    running = undefined;
  }

  async function post(body: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const pauseMs = pausesMs[attempt];
      try {
        return await send(body);
      } catch (error) {
        if (pauseMs === undefined || stopping.signal.aborted) return onError(error);
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function send(body: string): Promise<void> {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-pusher-key": app.key,
        "x-pusher-signature": createHmac("sha256", app.secret).update(body).digest("hex"),
      },
      body,
      redirect: "error",
      signal: AbortSignal.any([AbortSignal.timeout(5_000), over.signal]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook was answered with ${response.status}`);
  }

  return {
    report: ((event) => {
      if (stopping.signal.aborted) return;
      if (waiting.length >= mostWaiting) {
        waiting = waiting.slice(mostPerRequest);
        onError(new Error("webhooks are given up: more is waiting than can be kept"));
      }
      waiting.push(event);
      running ??= deliver();
    }) satisfies Report,
    async stop(): Promise<void> {
      stopping.abort();
      const timer = setTimeout(() => over.abort(), lastMs);
      await running;
      clearTimeout(timer);
    },
  };
}
