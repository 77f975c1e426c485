import { instanceActor } from "#server/auth/actor.ts";
import { type Caller, type Door, explain, readJsonText } from "#server/door.ts";
import { AppError } from "#server/errors.ts";
import { authenticate } from "#server/tokens/operations.ts";
import { answerPlain, recognise } from "./thin-path.ts";

const bodyLimitBytes = 16_384;

/**
 * Answers somebody without credentials who calls the one tool that gives some: `authenticate`, in a request of its own.
 * Everything else that comes without a key is turned away as ever, handshakes and lists too, so that a client is told
 * where to get a key. Attempts are counted by the tool, requests by the door.
 * @returns nothing where the caller is to be turned away.
 */
export async function answerStranger(
  door: Door,
  request: Request,
  requestId: string,
  error: unknown,
): Promise<Response | undefined> {
  const isStranger = error instanceof AppError && error.code === "unauthenticated";
  if (!isStranger || request.method !== "POST" || request.headers.has("authorization")) return undefined;
  const plain = recognise(request, await readBody(request));
  if (plain?.method !== "tools/call" || plain.call.name !== authenticate.name) return undefined;
  const { runtime } = door;
  const ip = request.headers.get("x-forwarded-for") ?? "unknown";
  const caller: Caller = {
    actor: { ...instanceActor({ id: "", name: "somebody" }), ip },
    runtime,
    requestId,
    signal: request.signal,
    explain: (failure) => explain(door, failure, requestId),
  };
  return answerPlain(plain, caller, request.signal);
}

async function readBody(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await readJsonText(request, bodyLimitBytes));
  } catch {
    return undefined;
  }
}
