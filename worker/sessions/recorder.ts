import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { appendChunks, type Held } from "#server/sessions/driving.ts";
import { lastSeqOf } from "#server/sessions/chunks.ts";
import { executeTool } from "#server/tracing/gen-ai.ts";
import { tellSpan } from "#server/tracing/spans.ts";
import { sessionUpdate, type SessionUpdate } from "#server/sessions/schema.ts";

/** Words that come within this time are written together; the first of a quiet moment, and all else, at once. */
const everyMs = 40;
/** A text that grows beyond this is another chunk. */
const mostText = 16_000;

export interface Recorder {
  say(update: SessionUpdate): void;
  /** Chunks from now on belong to this turn. */
  turn(number: number): void;
  /** Resolves when all that was said stands in the database. */
  flush(): Promise<void>;
}

/** Writes a conversation down as it happens, whoever watches. `onLost`: somebody else drives the session now. */
export async function openRecorder(
  runtime: Runtime,
  held: Held,
  {
    holder,
    onLost,
    onError,
    traceparent,
  }: {
    holder: string;
    onLost: () => void;
    onError: (error: unknown) => void;
    /** Of the turn that runs, where traces are exported. */
    traceparent?: () => string | null;
  },
): Promise<Recorder> {
  const { orgId, sessionId } = held;
  const transact = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor(orgId, "sessions"), { requestId: `session-${newId()}` }, work);
  let seq = await transact((context) => lastSeqOf(context, sessionId));
  let turn = 0;
  let waiting: { turn: number; at: string; update: SessionUpdate }[] = [];
  let writing: Promise<void> | undefined;
  const startedAt = new Map<string, number>();

  function say(told: SessionUpdate) {
    const update = clean(timed(told));
    const last = waiting.at(-1);
    if (
      isWords(update) &&
      last?.turn === turn &&
      last.update.kind === update.kind &&
      last.update.text.length < mostText
    )
      last.update = { ...last.update, text: last.update.text + update.text };
    else waiting.push({ turn, at: new Date().toISOString(), update });
    writing ??= write();
  }

  /** How long a tool took, from when it began to run. */
  function timed(update: SessionUpdate): SessionUpdate {
    if (update.kind !== "tool") return update;
    if (update.status === "running") startedAt.set(update.id, Date.now());
    const began = startedAt.get(update.id);
    if (began === undefined || update.status === "running" || update.status === "pending") return update;
    startedAt.delete(update.id);
    tellSpan(
      { ...executeTool({ name: update.toolKind, id: update.id }), parent: traceparent?.() },
      { startedAt: began, isFailed: update.status === "failed" },
    );
    return { ...update, durationMs: Date.now() - began };
  }

  async function write(): Promise<void> {
    try {
      // What is said in one breath is one statement.
      await Promise.resolve();
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        const chunks = batch.map((one, index) => ({
          ...{ seq: seq + 1 + index, turn: one.turn, kind: one.update.kind, data: one.update, at: one.at },
        }));
        if (!(await insist(() => transact((context) => appendChunks(context, holder, held, chunks))))) return onLost();
        seq += chunks.length;
        if (batch.some(({ update }) => isWords(update))) await new Promise((done) => setTimeout(done, everyMs));
      }
    } catch (error) {
      onError(error);
      onLost();
    } finally {
      writing = undefined;
    }
  }

  return {
    say,
    turn(number) {
      turn = number;
      // A number of a tool means another use of it in another turn.
      startedAt.clear();
    },
    async flush() {
      while (writing) await writing;
    },
  };
}

const isWords = (update: SessionUpdate) => update.kind === "text" || update.kind === "thought";

/** A database that is away for a moment loses nothing of a conversation. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 8) throw error;
      await new Promise((done) => setTimeout(done, 50 * 2 ** attempt));
    }
  }
}

/** PostgreSQL keeps neither the zero character nor half of a surrogate pair. */
function clean(update: SessionUpdate): SessionUpdate {
  const text = JSON.stringify(update);
  if (!/\\u0000|\\ud[89a-f]/i.test(text)) return update;
  return sessionUpdate.parse(
    JSON.parse(text.replaceAll("\\u0000", "\u2400").replace(/\\ud[89a-f][0-9a-f]{2}/gi, "\ufffd")),
  );
}
