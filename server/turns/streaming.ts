import type { z } from "zod";
import type { Door } from "../door.ts";
import { answerFollowing } from "../http/following.ts";
import { execute } from "../execute.ts";
import { getTurnLog } from "./operations.ts";
import type { turnLog } from "./schema.ts";

type Log = z.output<typeof turnLog>;

/**
 * Answers `GET /api/tasks/{id}/turns`: what `get_turn_log` says of the latest try as server-sent events, first all of it,
 * then what is new. A reader puts it together: another try begins anew; entries and parts are added; parts up to `keptUpTo`
 * stand in the entries now.
 */
export const answerTurnStream = (door: Door, request: Request, task: string): Promise<Response> =>
  answerFollowing(door, request, (actor, requestId) => {
    const places = { turnId: "", fromEntry: 0, afterPart: 0 };
    let told = "";
    const readOn = async (): Promise<Log> => {
      const { turnId, ...after } = places;
      const log = await execute(getTurnLog, door.runtime, actor, { task, ...after }, { requestId });
      if (log.turns[0] === undefined || log.turns[0].id === turnId) return log;
      Object.assign(places, { turnId: log.turns[0].id, fromEntry: 0, afterPart: 0 });
      return turnId === "" ? log : execute(getTurnLog, door.runtime, actor, { task }, { requestId });
    };
    return {
      topics: ["turn_told", "task_status_changed"],
      // Of the try that is read; the next one begins with the task's status.
      about: () => places.turnId || undefined,
      async read() {
        const log = await readOn();
        places.fromEntry = (log.entries.at(-1)?.number ?? places.fromEntry - 1) + 1;
        places.afterPart = Math.max(places.afterPart, log.keptUpTo, log.parts.at(-1)?.id ?? 0);
        const state = JSON.stringify([log.turns, log.keptUpTo]);
        if (state === told && log.entries.length + log.parts.length === 0) return "";
        told = state;
        return `event: log\ndata: ${JSON.stringify(log)}\n\n`;
      },
    };
  });
