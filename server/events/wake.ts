import { openClient, type Sql } from "#db/client.ts";

/**
 * What may have happened. A payload is the id of the organization, and behind a space of the one thing it is about where
 * many watch one each; none means: look at everything.
 */
export const topics = [
  "events_appended",
  "task_status_changed",
  "new_message",
  "human_request_resolved",
  "access_changed",
  "channel_changed",
  "delivery_received",
  "knowledge_asked",
  "knowledge_answered",
  "resources_changed",
  "policies_changed",
  "install_asked",
  "sandboxes_asked",
  "session_asked",
  "session_told",
  "turn_told",
] as const;
export type Topic = (typeof topics)[number];
export interface Hint {
  topic: Topic;
  /** Empty: it concerns all. */
  orgId: string;
  /** The id of the one thing, so that who watches another need not look. */
  about?: string;
}
type Listener = (orgId: string | undefined, about: string | undefined) => void;

/** Wake-ups between processes. Always a hint: whoever listens also looks by itself, so a lost one costs a moment, never work. */
export interface Wake {
  /** Tells all processes, in a statement of its own after the commit; those of one event-loop turn are joined. */
  announce(topic: Topic, orgId: string, about?: string): void;
  /** Calls back on a hint, on every (re)connection and on every poll. Returns the way to stop. */
  on(topic: Topic, listener: Listener): () => void;
  /** How long ago this process heard itself; more than ten seconds and it is deaf, until the ear is made anew. */
  heardSecondsAgo(): number;
  close(): Promise<void>;
}

export interface WakeOptions {
  url: string;
  /** For sending: any pool. */
  sql: Sql;
  pollSeconds?: number;
  onError?: (error: unknown) => void;
}

const heartbeatMs = 5_000;
const deafAfterMs = 10_000;

/**
 * Starts listening: one LISTEN connection for the process.
 *
 * NOTIFY is never sent inside a writing transaction: there it takes a global lock until the flush ends and cuts committed
 * writes to a third and less (measured). A half-open connection stays silent for ever without an error, so a heartbeat
 * runs in a circle, and when it does not come back the connection is made anew.
 */
export async function startWake({ url, sql, pollSeconds = 1, onError = () => {} }: WakeOptions): Promise<Wake> {
  const listeners = new Map<Topic, Set<Listener>>(topics.map((topic) => [topic, new Set()]));
  const waiting = new Map<string, { topic: Topic; payload: string }>();
  let sending = false;
  let closed = false;
  let heardAt = Date.now();
  let ear = openEar();

  const call = (topic: Topic, orgId?: string, about?: string) => {
    for (const listener of listeners.get(topic) ?? []) listener(orgId, about);
  };
  const callAll = () => {
    for (const topic of topics) call(topic);
  };

  function openEar() {
    return openClient(url, { name: "entourage-listen" });
  }

  async function listen() {
    const current = ear;
    await Promise.all([
      ...topics.map((topic) => current.listen(topic, (payload) => call(topic, ...partsOf(payload)), callAll)),
      current.listen("heartbeat", () => {
        heardAt = Date.now();
      }),
    ]);
    heardAt = Date.now();
  }

  async function send() {
    while (waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting.clear();
      await sql`select pg_notify(t, p) from unnest(${batch.map(({ topic }) => topic)}::text[], ${batch.map(({ payload }) => payload)}::text[]) as n(t, p)`.catch(
        onError,
      );
    }
    sending = false;
  }

  async function checkHearing() {
    if (Date.now() - heardAt > deafAfterMs) {
      const deaf = ear;
      ear = openEar();
      heardAt = Date.now();
      void deaf.end({ timeout: 1 }).catch(onError);
      await listen();
    }
    await sql`select pg_notify('heartbeat', '')`;
  }

  await listen();
  const poll = setInterval(callAll, pollSeconds * 1000);
  const heartbeat = setInterval(() => void checkHearing().catch(onError), heartbeatMs);

  return {
    announce(topic, orgId, about) {
      if (closed) return;
      const payload = about === undefined ? orgId : `${orgId} ${about}`;
      waiting.set(`${topic}${payload}`, { topic, payload });
      if (sending) return;
      sending = true;
      setImmediate(() => void send());
    },
    on(topic, listener) {
      listeners.get(topic)?.add(listener);
      return () => listeners.get(topic)?.delete(listener);
    },
    heardSecondsAgo: () => (Date.now() - heardAt) / 1000,
    async close() {
      closed = true;
      clearInterval(poll);
      clearInterval(heartbeat);
      await ear.end({ timeout: 1 });
    },
  };
}

function partsOf(payload: string): [orgId?: string, about?: string] {
  const [orgId, about] = payload.split(" ");
  return orgId ? [orgId, about] : [];
}
