import type { Door } from "../door.ts";
import { AppError } from "../errors.ts";
import { answerFollowing } from "../http/following.ts";
import { execute } from "../execute.ts";
import { listSessionChunks } from "./operations.ts";

const pageSize = 1_000;

/**
 * Answers `GET /api/sessions/{id}/stream`: the chunks of `list_session_chunks` as server-sent events, `id` their number.
 * From `Last-Event-ID` (or `?after=`) on.
 */
export const answerSessionStream = (door: Door, request: Request, sessionId: string): Promise<Response> =>
  answerFollowing(door, request, (actor, requestId) => {
    let after = placeOf(request);
    return {
      topics: ["session_told"],
      about: () => sessionId,
      async read() {
        const input = { sessionId, after, limit: pageSize };
        const { chunks } = await execute(listSessionChunks, door.runtime, actor, input, { requestId });
        after = chunks.at(-1)?.seq ?? after;
        return chunks.map((chunk) => `id: ${chunk.seq}\nevent: chunk\ndata: ${JSON.stringify(chunk)}\n\n`).join("");
      },
    };
  });

function placeOf(request: Request): number {
  const given = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "0";
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new AppError("invalid", "Last-Event-ID is the number of a chunk, as the stream gave it in `id`.");
}
