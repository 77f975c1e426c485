import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import type { Topic } from "../events/wake.ts";
import { execute } from "../execute.ts";
import { listSessionChunks } from "./operations.ts";

const pageSize = 1_000;
const beatEveryMs = 15_000;
/** Of every stream of server-sent events that a page follows. */
export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  // Keeps whatever stands between from gathering the stream to compress it.
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Answers `GET /api/sessions/{id}/stream`: the chunks of `list_session_chunks` as server-sent events, `id` their number.
 * From `Last-Event-ID` (or `?after=`) on: what was, then what comes. Each reading asks anew whether the caller may.
 */
export async function answerSessionStream(door: Door, request: Request, sessionId: string): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const { actor } = await enter(door, request, requestId);
    const { runtime } = door;
    let after = placeOf(request);
    const read = () => execute(listSessionChunks, runtime, actor, { sessionId, after, limit: pageSize }, { requestId });
    let page = await read();
    const hints = hintsOf(runtime.wake, ["session_told"], actor.orgId, sessionId);
    const stream = new ReadableStream<string>({
      start: (controller) => controller.enqueue("retry: 1000\n\n"),
      // Asked for more only when the reader has taken what it has: a slow one holds nothing here.
      async pull(controller) {
        try {
          while (page.chunks.length === 0) {
            const isHint = await hints.next();
            if (request.signal.aborted) return;
            if (!isHint) return controller.enqueue(": alive\n\n");
            page = await read();
          }
          for (const chunk of page.chunks)
            controller.enqueue(`id: ${chunk.seq}\nevent: chunk\ndata: ${JSON.stringify(chunk)}\n\n`);
          after = page.chunks.at(-1)?.seq ?? after;
          page = await read();
        } catch {
          // Whoever lost access, or a database that is away: the client comes back by its last id, or is refused.
          hints.end();
          controller.close();
        }
      },
      cancel: () => hints.end(),
    });
    request.signal.addEventListener("abort", () => hints.end(), { once: true });
    const answered = new Response(stream.pipeThrough(new TextEncoderStream()), {
      headers: { ...streamHeaders, "x-request-id": requestId },
    });
    return runtime.access?.ending(answered, actor) ?? answered;
  } catch (error) {
    return refusal(explain(door, error, requestId));
  }
}

function placeOf(request: Request): number {
  const given = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "0";
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new AppError("invalid", "Last-Event-ID is the number of a chunk, as the stream gave it in `id`.");
}

/**
 * Hints that something was said, here or (where a hint says of what) in this one; one that came while nobody waited is not
 * lost. False: only time has passed.
 */
export function hintsOf(wake: Door["runtime"]["wake"], topics: readonly Topic[], orgId: string, watched?: string) {
  let isDue = false;
  let isOver = false;
  let tell: ((isHint: boolean) => void) | undefined;
  const hear = (org: string | undefined, about: string | undefined) => {
    if (org !== undefined && org !== orgId) return;
    if (watched !== undefined && about !== undefined && about !== watched) return;
    isDue = true;
    tell?.(true);
  };
  const offs = topics.map((topic) => wake.on(topic, hear));
  return {
    next: () =>
      new Promise<boolean>((done) => {
        const timer = setTimeout(() => end(false), beatEveryMs);
        const end = (isHint: boolean) => {
          clearTimeout(timer);
          tell = undefined;
          isDue = false;
          done(isHint);
        };
        tell = end;
        if (isDue || isOver) end(isDue);
      }),
    end() {
      isOver = true;
      for (const off of offs) off();
      tell?.(false);
    },
  };
}
