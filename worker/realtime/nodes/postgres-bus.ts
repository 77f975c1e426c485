import { openClient } from "#db/client.ts";
import type { Bus } from "./bus.ts";

interface PostgresBusOptions {
  url: string;
  onError: (error: unknown) => void;
}

/** PostgreSQL takes less than 8,000 bytes in a notification. */
const pieceBytes = 7_800;
const channel = "realtime_nodes";
const mostUnfinished = 64;

/**
 * The line through NOTIFY, on two connections of its own. What is longer than a notification goes in numbered pieces of
 * one transaction, which arrive together and in order; docs/decisions/0023 says why not through a table.
 */
export function postgresBus({ url, onError }: PostgresBusOptions): Bus {
  const connect = () => openClient(url, { name: "entourage-nodes" });
  let session = connect();
  let tell: (text: string) => void = () => {};
  const pieces = new Pieces();
  const speaker = Math.random().toString(36).slice(2, 10);
  let texts = 0;
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;

  async function deliver(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await session`select pg_notify(${channel}, p) from unnest(${batch}::text[]) with ordinality as n(p, i) order by i`.catch(
        onError,
      );
    }
    sending = undefined;
  }

  async function listen(): Promise<void> {
    await session
      .listen(channel, (piece) => {
        const text = pieces.add(piece);
        if (text !== undefined) tell(text);
      })
      .catch(onError);
  }

  return {
    kind: "postgres",
    async start(onText) {
      tell = onText;
      await Promise.race([listen(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    },
    renew() {
      void session.end({ timeout: 1 }).catch(onError);
      session = connect();
      void listen();
    },
    send(text) {
      // What waits for a database that is away would come late.
      if (waiting.length > 1_000) waiting = [];
      waiting.push(...cut(text, `${speaker}${++texts}`));
      sending ??= deliver();
    },
    async close() {
      await sending;
      await session.end({ timeout: 1 });
    },
  };
}

/** Each piece says `id number count`, then its part. In ASCII, where a character is a byte: JSON can be written so. */
function cut(text: string, id: string): string[] {
  const ascii = text.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const count = Math.ceil(ascii.length / pieceBytes) || 1;
  return Array.from(
    { length: count },
    (_, index) => `${id} ${index} ${count}\n${ascii.slice(index * pieceBytes, (index + 1) * pieceBytes)}`,
  );
}

/** Puts pieces together; a text of which one is missing is never finished, and forgotten. */
class Pieces {
  private readonly unfinished = new Map<string, string[]>();

  add(piece: string): string | undefined {
    const end = piece.indexOf("\n");
    const [id = "", number = "", count = ""] = piece.slice(0, end).split(" ");
    const part = piece.slice(end + 1);
    if (count === "1") return part;
    const parts = this.unfinished.get(id) ?? [];
    if (parts.length !== Number(number)) return void this.unfinished.delete(id);
    this.unfinished.set(id, [...parts, part]);
    if (parts.length + 1 === Number(count)) {
      this.unfinished.delete(id);
      return parts.join("") + part;
    }
    const [oldest] = this.unfinished.keys();
    if (this.unfinished.size > mostUnfinished && oldest !== undefined) this.unfinished.delete(oldest);
    return undefined;
  }
}
