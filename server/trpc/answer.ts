import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { type Door, enter, explain, requestIdOf, retryAfter } from "../door.ts";
import { appRouter } from "./router.ts";
import { Explained, trpcError } from "./trpc.ts";

/** Answers tRPC's batches under a path. One organization a request: header `x-entourage-org`. */
export function answerTrpc(door: Door, request: Request, endpoint: string): Promise<Response> {
  const requestId = requestIdOf(request);
  return fetchRequestHandler({
    endpoint,
    req: request,
    router: appRouter,
    allowBatching: true,
    createContext: async () => {
      try {
        const caller = await enter(door, request, requestId);
        return { caller, idempotencyKey: request.headers.get("idempotency-key") ?? undefined };
      } catch (error) {
        throw trpcError(explain(door, error, requestId));
      }
    },
    responseMeta: ({ errors }) => ({
      headers: { "cache-control": "no-store", "x-request-id": requestId, ...waitOf(errors) },
    }),
  });
}

/** The longest wait that one of a batch's refusals asks for. */
function waitOf(errors: readonly { cause?: unknown }[]): Record<string, string> {
  const bodies = errors.flatMap(({ cause }) => (cause instanceof Explained ? [retryAfter(cause.body)] : []));
  return bodies.toSorted((a, b) => Number(b["retry-after"] ?? 0) - Number(a["retry-after"] ?? 0))[0] ?? {};
}
