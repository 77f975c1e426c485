import { EventSourceParserStream } from "eventsource-parser/stream";
import { backOffMs } from "#app/_lib/back-off.ts";
import type { Chunk } from "#server/sessions/schema.ts";

/** `closed`: nothing more comes, and `reason` says why. */
export type StreamState = { state: "connecting" | "live" | "stale" | "closed"; reason: string | null };

type StreamOptions = {
  /** Opens the stream behind the piece with this number; the answer is a stream of server-sent events. */
  open(after: number, signal: AbortSignal): Promise<Response>;
  readChunk(data: string): Chunk | undefined;
  /** Pieces in order, none twice and none left out; those that came together, together. */
  onChunks(chunks: Chunk[]): void;
  onState(state: StreamState): void;
  /** Joins what comes before the next paint into one change. */
  schedule(flush: () => void): void;
};

/** No word for so long means that the connection is dead, whatever the browser thinks: the server says something every 15 s. */
const silentMs = 45_000;

/**
 * Follows a session from its beginning: what was said, then what is being said. After a cut it goes on behind the last
 * piece it has, later each time it fails; a refusal ends it with the server's words.
 */
export class SessionStream {
  private readonly options: StreamOptions;
  private readonly ended = new AbortController();
  private seq = 0;
  private failures = 0;
  private waiting: Chunk[] = [];

  constructor(options: StreamOptions) {
    this.options = options;
    void this.follow();
  }

  stop(): void {
    this.ended.abort();
  }

  private async follow(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const refused = await this.readOn().catch(() => undefined);
      if (this.ended.signal.aborted) return;
      if (refused !== undefined) return this.options.onState({ state: "closed", reason: refused });
      this.options.onState({ state: "stale", reason: null });
      await this.pause(backOffMs(this.failures++));
    }
  }

  /** Reads one connection to its end. @returns the server's words when it will not be different in a moment. */
  private async readOn(): Promise<string | undefined> {
    const watch = new AbortController();
    const signal = AbortSignal.any([this.ended.signal, watch.signal]);
    const response = await this.options.open(this.seq, signal);
    if (isRefusal(response.status)) return wordsOf(response);
    if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}`);
    this.options.onState({ state: "live", reason: null });
    let silence = setTimeout(() => watch.abort(), silentMs);
    const decoder = new TextDecoder();
    const heard = new TransformStream<Uint8Array, string>({
      transform: (bytes, controller) => {
        clearTimeout(silence);
        silence = setTimeout(() => watch.abort(), silentMs);
        controller.enqueue(decoder.decode(bytes, { stream: true }));
      },
    });
    const reader = response.body.pipeThrough(heard).pipeThrough(new EventSourceParserStream()).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        this.take(value.data);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private take(data: string): void {
    const chunk = this.options.readChunk(data);
    if (!chunk || chunk.seq <= this.seq) return;
    this.seq = chunk.seq;
    this.failures = 0;
    this.waiting.push(chunk);
    if (this.waiting.length > 1) return;
    this.options.schedule(() => {
      const chunks = this.waiting;
      this.waiting = [];
      if (!this.ended.signal.aborted) this.options.onChunks(chunks);
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.ended.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Too many at once and everything that is the server's own trouble may be different in a moment. */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

async function wordsOf(response: Response): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const error = typeof said === "object" && said !== null && "error" in said ? said.error : said;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return "The server refuses to tell this session.";
}
