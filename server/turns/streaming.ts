import type { z } from "zod";
import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { execute } from "../execute.ts";
import { hintsOf, streamHeaders } from "../sessions/streaming.ts";
import { getTurnLog } from "./operations.ts";
import type { turnLog } from "./schema.ts";

type Log = z.output<typeof turnLog>;

/**
 * Answers `GET /api/tasks/{id}/turns`: what `get_turn_log` says of the latest try as server-sent events, first all of it,
 * then what is new. A reader puts it together: another try begins anew; entries and parts are added; parts up to `keptUpTo`
 * stand in the entries now. Each reading asks anew whether the caller may.
 */
export async function answerTurnStream(door: Door, request: Request, task: string): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const { actor } = await enter(door, request, requestId);
    const { runtime } = door;
    const places = { turnId: "", fromEntry: 0, afterPart: 0 };
    const read = async (): Promise<Log> => {
      const { turnId, ...after } = places;
      const log = await execute(getTurnLog, runtime, actor, { task, ...after }, { requestId });
      if (log.turns[0] === undefined || log.turns[0].id === turnId) return log;
      Object.assign(places, { turnId: log.turns[0].id, fromEntry: 0, afterPart: 0 });
      return turnId === "" ? log : execute(getTurnLog, runtime, actor, { task }, { requestId });
    };
    let told = "";
    let next: Log | undefined = await read();
    const hints = hintsOf(runtime.wake, ["turn_told", "task_status_changed"], actor.orgId);
    const stream = new ReadableStream<string>({
      start: (controller) => controller.enqueue("retry: 1000\n\n"),
      // Asked for more only when the reader has taken what it has: a slow one holds nothing here.
      async pull(controller) {
        try {
          for (;;) {
            const log = next ?? (await read());
            next = undefined;
            places.fromEntry = (log.entries.at(-1)?.number ?? places.fromEntry - 1) + 1;
            places.afterPart = Math.max(places.afterPart, log.keptUpTo, log.parts.at(-1)?.id ?? 0);
            const state = JSON.stringify([log.turns, log.keptUpTo]);
            if (state !== told || log.entries.length + log.parts.length > 0) {
              told = state;
              return controller.enqueue(`event: log\ndata: ${JSON.stringify(log)}\n\n`);
            }
            const isHint = await hints.next();
            if (request.signal.aborted) return;
            if (!isHint) return controller.enqueue(": alive\n\n");
          }
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
