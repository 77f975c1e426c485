import { type Door, enter, explain, readJsonText, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { execute } from "../execute.ts";
import type { Operation } from "../operation.ts";
import { nearNames } from "../near-names.ts";

/**
 * Answers `POST /api/v1/<operation>`: JSON in, JSON out, one form of error. Where the address itself says what is asked
 * for, that is the input and no body is read.
 */
export async function answerOperation(
  door: Door,
  request: Request,
  operations: ReadonlyMap<string, Operation>,
  name: string,
  inAddress?: Record<string, string>,
): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const caller = await enter(door, request, requestId);
    const operation = operations.get(name);
    if (!operation) throw unknownOperation(name, operations);
    const input = inAddress ?? parseJson(await readJsonText(request, door.runtime.config.bodyLimitKilobytes * 1024));
    const output = await execute(operation, caller.runtime, caller.actor, input, {
      requestId,
      idempotencyKey: request.headers.get("idempotency-key") ?? undefined,
      signal: request.signal,
    });
    return Response.json(output, { headers: { "cache-control": "no-store", "x-request-id": requestId } });
  } catch (error) {
    const told = explain(door, error, requestId);
    return refusal(told, told.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {});
  }
}

/** An empty body is an empty input. */
function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid", `The body is not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

function unknownOperation(name: string, operations: ReadonlyMap<string, Operation>): AppError {
  const near = nearNames(name, [...operations.keys()]);
  const hint = near.length > 0 ? ` Did you mean ${near.join(", ")}?` : "";
  return new AppError("not_found", `There is no operation "${name.slice(0, 80)}".${hint} All: GET /api/openapi.json`, {
    near,
  });
}
