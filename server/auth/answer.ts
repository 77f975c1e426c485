import { admitPage, type Door, explain, readJsonText, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { parseOrRefuse } from "../input-refusal.ts";
import type { Client } from "../tokens/families.ts";

const bodyLimitBytes = 16_384;

/** Answers a request below `/api/auth/`: nothing of it is kept by anybody on the way. */
export async function answerAuth(door: Door, request: Request, work: () => Promise<object>): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    admitPage(request, door.runtime);
    const body = await work();
    return Response.json(body, { headers: { "cache-control": "no-store", "x-request-id": requestId } });
  } catch (error) {
    const told = explain(door, error, requestId);
    return refusal(told, told.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {});
  }
}

/** What was sent, as the schema has it. @throws AppError invalid, too_large. */
export async function readBody<Schema extends Parameters<typeof parseOrRefuse>[1]>(
  request: Request,
  name: string,
  schema: Schema,
) {
  const text = await readJsonText(request, bodyLimitBytes);
  try {
    return parseOrRefuse(name, schema, text.trim() === "" ? {} : JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("invalid", "The body is not JSON.");
    throw error;
  }
}

/** Which client asks. The front has put the true address there. */
export const clientOf = ({ headers }: Request): Client => ({
  ip: headers.get("x-forwarded-for") ?? "unknown",
  userAgent: headers.get("user-agent") ?? "",
});
