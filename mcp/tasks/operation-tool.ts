import type { Caller } from "#server/door.ts";
import type { ErrorBody } from "#server/errors.ts";
import { begin, lookAgain } from "#server/execute.ts";
import type { Operation } from "#server/operation.ts";
import { callResultOf, refusedAs, told } from "../call-tool.ts";
import type { LongTool, Look } from "./long-tool.ts";

/** An operation that waits, as a tool that can be a task. */
export function longToolOf(operation: Operation): LongTool {
  return {
    name: operation.name,
    begin: ({ runtime, actor, requestId }, input, keep) => begin(operation, runtime, actor, input, { requestId }, keep),
    async look(caller: Caller, begun) {
      const { runtime, actor, requestId } = caller;
      try {
        const found = await lookAgain(operation, runtime, actor, begun, { requestId });
        return found ? { state: "completed", result: callResultOf(told(found)) } : { state: "working" };
      } catch (error) {
        return unfinished(caller.explain(error));
      }
    },
  };
}

function unfinished(error: ErrorBody["error"]): Look {
  // What only needs patience ends nothing: the next look may find it.
  if (error.code === "unavailable" || error.code === "rate_limited") return { state: "working" };
  if (error.code !== "internal") return { state: "completed", result: callResultOf(refusedAs(error)) };
  return { state: "failed", error: { code: -32603, message: error.message } };
}
