import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { errorCodes } from "#server/errors.ts";
import { clientName } from "./client-name.ts";
import { CliFailure, exits } from "./failure.ts";
import { DEFAULT_SERVER, type Profile } from "./settings.ts";

const refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), requestId: z.string().optional() }),
});
const MOST_ATTEMPTS = 5;
/** What the server, or a proxy before it, says when it is away for a moment. */
const passing = new Set([502, 503, 504]);

/** Where the commands are sent, and as whom. */
export interface Connection {
  server: string;
  token: string | undefined;
  organization: string | undefined;
  signal: AbortSignal;
}

/** From the profile, unless the environment or an option says otherwise. */
export function connectionFor(
  profile: Profile | undefined,
  {
    server,
    env = process.env,
    signal,
  }: { server: string | undefined; env?: Record<string, string | undefined>; signal: AbortSignal },
): Connection {
  const address = server ?? env.ENTOURAGE_SERVER ?? profile?.server ?? DEFAULT_SERVER;
  // A token belongs to the server it was made for: it is not sent to another one that an option names.
  const isItsOwn = profile && new URL(profile.server).origin === originOf(address);
  return {
    server: originOf(address),
    token: env.ENTOURAGE_TOKEN ?? (isItsOwn ? profile.token : undefined),
    organization: env.ENTOURAGE_ORGANIZATION ?? (isItsOwn ? profile.organization : undefined),
    signal,
  };
}

/**
 * Runs an operation. A lost answer is asked for again under one idempotency key, so that nothing is done twice.
 * @throws CliFailure with the server's own words and the exit code that belongs to them.
 */
export async function call<Schema extends z.ZodType>(
  connection: Connection,
  operation: string,
  input: unknown,
  answer: Schema,
): Promise<z.output<Schema>> {
  if (!connection.token)
    throw new CliFailure(exits.auth, "You are not logged in. Run `entourage login`, or set ENTOURAGE_TOKEN.");
  const request = {
    method: "POST",
    headers: {
      authorization: `Bearer ${connection.token}`,
      "content-type": "application/json",
      "user-agent": clientName(),
      "idempotency-key": randomUUID(),
      ...(connection.organization && { "x-entourage-org": connection.organization }),
    },
    body: JSON.stringify(input ?? {}),
    signal: connection.signal,
  };
  const url = `${connection.server}/api/v1/${encodeURIComponent(operation)}`;
  for (let attempt = 1; ; attempt++) {
    const response = await send(url, request, connection);
    const text = response?.ok ? await textOf(response, connection) : undefined;
    if (text !== undefined) return understand(text, answer, connection);
    const waitSeconds = Number(response?.headers.get("retry-after") ?? 0.2 * 2 ** attempt);
    const isCut = !response || response.ok;
    if (attempt === MOST_ATTEMPTS || waitSeconds > 10 || !(isCut || isPassing(response)))
      throw isCut ? unreachable(connection) : await refusalOf(response);
    await delay(waitSeconds * 1000, undefined, { signal: connection.signal });
  }
}

/**
 * Asks what is no operation, as a stranger: signing in. It is asked once, since what it does may not be done twice.
 * @throws CliFailure as `call`.
 */
export async function ask<Schema extends z.ZodType>(
  connection: Connection,
  path: string,
  input: object,
  answer: Schema,
): Promise<z.output<Schema>> {
  const headers = { "content-type": "application/json", "user-agent": clientName() };
  const request = { method: "POST", headers, body: JSON.stringify(input) };
  const response = await send(`${connection.server}${path}`, request, connection);
  if (!response) throw unreachable(connection);
  if (!response.ok) throw await refusalOf(response);
  const text = await textOf(response, connection);
  if (text === undefined) throw unreachable(connection);
  return understand(text, answer, connection);
}

/** Whether the same request may be answered in a moment. */
export const isPassing = ({ status }: Response): boolean => passing.has(status);

/** One request outside of the operations; undefined when nobody answers. */
export async function send(url: string, request: RequestInit, { signal }: Connection): Promise<Response | undefined> {
  try {
    return await fetch(url, { ...request, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** A whole answer; undefined when the connection broke within it. */
async function textOf(response: Response, { signal }: Connection): Promise<string | undefined> {
  try {
    return await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

function understand<Schema extends z.ZodType>(text: string, answer: Schema, { server }: Connection): z.output<Schema> {
  const understood = answer.safeParse(parsed(text));
  if (understood.success) return understood.data;
  throw new CliFailure(exits.failed, `What ${server} answers is not of Entourage: ${text.slice(0, 80)}`);
}

export const unreachable = ({ server }: Connection) =>
  new CliFailure(exits.retry, `Nobody answers at ${server}. Is it running? Another address: --server URL.`);

/** What the server said, with the exit code that belongs to it. */
export async function refusalOf(response: Response): Promise<CliFailure> {
  const text = await response.text();
  const told = refusal.safeParse(parsed(text));
  if (!told.success) return new CliFailure(exits.failed, `HTTP ${response.status}: ${text.slice(0, 200)}`);
  const { code, message } = told.data.error;
  const wait = response.headers.get("retry-after");
  const again = wait && (code === "rate_limited" || code === "unavailable") ? ` Try again in ${wait} s.` : "";
  return new CliFailure(isCode(code) ? errorCodes[code].exit : exits.failed, `${message}${again}`, told.data);
}

const isCode = (code: string): code is keyof typeof errorCodes => Object.hasOwn(errorCodes, code);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function originOf(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new CliFailure(exits.usage, `"${address}" is no address of a server. Give one such as ${DEFAULT_SERVER}.`);
  return new URL(address).origin;
}
