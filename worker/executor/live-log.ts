import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Part } from "#server/llm/conversation.ts";
import { keptKind, type Turn } from "#server/turns/service.ts";

const flushEveryMs = 300;
/** What one turn may have said and nobody has written yet; more is shown when the message is complete. */
const mostBufferedCharacters = 64_000;

/** What models say right now, of all turns of the worker: written together a few times a second, for whoever watches. */
export function startLiveLog(runtime: Runtime) {
  let waiting: { o: string; t: string; k: string; x: string }[] = [];
  let writing: Promise<unknown> | undefined;

  function flush() {
    if (writing || waiting.length === 0) return;
    const rows = waiting;
    waiting = [];
    const options = { requestId: `executor-${newId()}`, system: true };
    // Losing some of it loses nothing: the messages have it all.
    writing = inTransaction(runtime, systemActor("", "executor"), options, ({ tx }) =>
      tx.execute(sql`insert into turn_parts (org_id, turn_id, kind, text, at)
        select p.o, p.t, p.k, p.x, clock_timestamp() from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as p(o uuid, t uuid, k text, x text)
        join turns t on t.org_id = p.o and t.id = p.t and t.status = 'running'`),
    )
      .then(() => {
        for (const { o, t } of rows) runtime.wake.announce("turn_told", o, t);
      })
      .catch(() => undefined)
      .finally(() => {
        writing = undefined;
      });
  }
  const timer = setInterval(flush, flushEveryMs);

  return {
    say({ orgId, id }: Turn, part: Part) {
      const text = (part.kind === "text" || part.kind === "reasoning" ? part.text : JSON.stringify(part))
        .replaceAll("\0", "\u2400")
        .toWellFormed();
      const last = waiting.findLast((row) => row.t === id);
      if (!last || last.k !== part.kind) waiting.push({ o: orgId, t: id, k: part.kind, x: text });
      else if (last.x.length < mostBufferedCharacters) last.x += text;
    },
    /** What it said until now stands in its messages. */
    kept({ orgId, id }: Pick<Turn, "orgId" | "id">) {
      waiting.push({ o: orgId, t: id, k: keptKind, x: "" });
    },
    async close() {
      clearInterval(timer);
      await writing;
    },
  };
}
export type LiveLog = ReturnType<typeof startLiveLog>;
