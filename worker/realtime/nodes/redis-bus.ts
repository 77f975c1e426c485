import { Redis } from "ioredis";
import type { Bus } from "./bus.ts";

interface RedisBusOptions {
  /** `redis://…` or `rediss://…`, with a user and a password where it has them. */
  url: string;
  /** Nodes of one installation share it; others on the same Redis have another. */
  name: string;
  onError: (error: unknown) => void;
}

/** How long a start waits for Redis before it goes on without. */
const startMs = 1_000;

/**
 * The line through Redis pub/sub. Nothing is queued while Redis is away nor sent again when it is back: a message of
 * before a revocation must not come after it, and whoever missed something reads the log.
 */
export function redisBus({ url, name, onError }: RedisBusOptions): Bus {
  const options = {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt: number) => Math.min(500, 25 * 2 ** attempt),
  };
  const speaker = new Redis(url, { ...options, connectionName: "entourage-realtime" });
  const ear = new Redis(url, { ...options, connectionName: "entourage-realtime-ear" });
  const channel = `entourage:realtime:${name}`;
  for (const redis of [speaker, ear]) redis.on("error", onError);

  return {
    kind: "redis",
    async start(onText) {
      ear.on("message", (_channel, text) => onText(text));
      const listening = new Promise<void>((resolve) => {
        // After each new connection.
        ear.on("ready", () => void ear.subscribe(channel).then(() => resolve(), onError));
      });
      // What cannot be reached is tried again by itself, and said by `onError`.
      void ear.connect().catch(() => {});
      const ready = Promise.all([listening, speaker.connect().catch(() => {})]);
      await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, startMs).unref())]);
    },
    send(text) {
      if (speaker.status === "ready") speaker.publish(channel, text).catch(() => {});
    },
    renew() {
      for (const redis of [speaker, ear]) redis.disconnect(true);
    },
    async close() {
      for (const redis of [speaker, ear]) await redis.quit().catch(() => redis.disconnect());
    },
  };
}
