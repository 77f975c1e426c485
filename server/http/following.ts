import type { Actor } from "../context.ts";
import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import type { Topic } from "../events/wake.ts";

const beatEveryMs = 15_000;

/** Of every stream of server-sent events. `no-transform` keeps whatever stands between from gathering it to compress it. */
export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

interface Followed {
  /** What hints that there is more to read, and of what it then speaks. */
  topics: readonly Topic[];
  about?: () => string | undefined;
  /** What is new since the last reading, as frames of the stream; empty where nothing is. Each asks anew whether the caller may. */
  read: () => Promise<string>;
}

/**
 * Answers with what was and then what comes, as server-sent events. What `follow` throws, and the first reading, is the
 * refusal; later the stream just ends, and who comes back is refused.
 */
export async function answerFollowing(
  door: Door,
  request: Request,
  follow: (actor: Actor, requestId: string) => Followed,
): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const { actor } = await enter(door, request, requestId);
    const { runtime } = door;
    const { topics, about, read } = follow(actor, requestId);
    // Before the first reading, so that nothing said meanwhile is missed.
    const hints = hintsOf(runtime.wake, topics, actor.orgId, about);
    let next = await read().catch((error: unknown) => {
      hints.end();
      throw error;
    });
    const stream = new ReadableStream<string>({
      start: (controller) => controller.enqueue("retry: 1000\n\n"),
      // Asked for more only when the reader has taken what it has: a slow one holds nothing here.
      async pull(controller) {
        try {
          while (next === "") {
            const isHint = await hints.next();
            if (request.signal.aborted) return;
            if (!isHint) return controller.enqueue(": alive\n\n");
            next = await read();
          }
          controller.enqueue(next);
          next = await read();
        } catch {
          // Whoever lost access, or a database that is away: the client comes back, or is refused.
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

/**
 * Hints that something was said, here or (where a hint says of what) in this one; one that came while nobody waited is not
 * lost. False: only time has passed.
 */
export function hintsOf(
  wake: Door["runtime"]["wake"],
  topics: readonly Topic[],
  orgId: string,
  watched?: () => string | undefined,
) {
  let isDue = false;
  let isOver = false;
  let tell: ((isHint: boolean) => void) | undefined;
  const hear = (org: string | undefined, about: string | undefined) => {
    if (org !== undefined && org !== orgId) return;
    const one = watched?.();
    if (one !== undefined && about !== undefined && about !== one) return;
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
