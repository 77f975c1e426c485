import type { Actor } from "../context.ts";
import { admitPage, type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { listEvents } from "../events/operations.ts";
import { execute } from "../execute.ts";
import { parseOrRefuse } from "../input-refusal.ts";
import { streamHeaders } from "../http/following.ts";
import { refuseUnknownTypes } from "./query.ts";
import { lastEventId, streamQuery, type StreamQuery } from "./schema.ts";
import { pageSize } from "./stream.ts";
import { redeemTicket } from "./tickets.ts";

/**
 * Answers `GET /api/events?team=&since=&types=`: the feed of `list_events` as server-sent events, for who may read that.
 * In by cookie, bearer header or a ticket; what lives longer than a ticket is refused in an address, since those are logged.
 */
export async function answerEventStream(door: Door, request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const given = parametersOf(request);
    // Who asks comes before what is asked: a stranger learns nothing, not even what may be asked.
    const { actor, boundTo } = await enterStream(door, request, given, requestId);
    const query = readQuery(given);
    if (boundTo && query.team && query.team !== boundTo)
      throw new AppError("forbidden", "This ticket is for another team.");
    const teamId = boundTo ?? query.team;
    const { runtime } = door;
    const read = (as: Actor, since: number, limit = pageSize) =>
      execute(listEvents, runtime, as, { teamId, since, limit }, { requestId });
    const asked = placeOf(request) ?? query.since;
    // Whoever names no place begins at the end; permission and team are asked in any case.
    const first = await read(actor, asked ?? Number.MAX_SAFE_INTEGER);
    const headers = { ...streamHeaders, "x-request-id": requestId };
    if (request.method === "HEAD") return new Response(null, { headers });
    if (!runtime.streams) throw new AppError("unavailable", "This process has no event streams.");
    const { types } = query;
    const stream = runtime.streams.open({ actor, teamId, types, since: asked ?? first.head, first, read });
    return new Response(stream.body, { headers });
  } catch (error) {
    const told = explain(door, error, requestId);
    return refusal(told, told.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {});
  }
}

const secretNames =
  /^(access_?token|api_?key|auth(orization)?|bearer|jwt|key|password|refresh_?token|secret|session|token)$/i;
const secretValues = /^(oc|rt|pr|op|pt|ps|dc|wt)_|^eyJ[\w-]*\.|^Bearer /i;

function parametersOf(request: Request): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    if (secretNames.test(name) || secretValues.test(value)) throw secretInAddress();
    if (Object.hasOwn(given, name)) throw new AppError("invalid", `events: ${name.slice(0, 40)} is there twice.`);
    given[name] = value;
  }
  return given;
}

function readQuery(given: Record<string, string>): StreamQuery {
  const query = parseOrRefuse("events", streamQuery, given);
  refuseUnknownTypes(query.types);
  return query;
}

const secretInAddress = () =>
  new AppError(
    "invalid",
    "Keys, tokens and passwords do not belong in an address: addresses are logged on their way. Send `Authorization: Bearer …`, or make a ticket for one stream with create_event_ticket. Replace what was sent here.",
  );

/** What a reader that comes back has seen; more recent than what its address says. */
function placeOf({ headers }: Request): number | undefined {
  const given = headers.get("last-event-id");
  if (given === null || given === "") return undefined;
  const parsed = lastEventId.safeParse(given);
  if (!parsed.success)
    throw new AppError("invalid", "Last-Event-ID is the number of an event, as the stream gave it in `id`.");
  return parsed.data;
}

async function enterStream(door: Door, request: Request, given: Record<string, string>, requestId: string) {
  const { ticket, org } = given;
  if (ticket === undefined || request.headers.has("authorization")) {
    const headers = new Headers(request.headers);
    if (org !== undefined) headers.set("x-entourage-org", org);
    const { actor } = await enter(door, new Request(request.url, { headers }), requestId);
    return { actor };
  }
  const { runtime } = door;
  admitPage(request, runtime);
  const ip = request.headers.get("x-forwarded-for") ?? "unknown";
  const { actor, teamId } = await redeemTicket(runtime, ticket, ip).catch(async (error: unknown) => {
    if (error instanceof AppError && error.code === "unauthenticated") await runtime.rates.admit({ ip });
    throw error;
  });
  await runtime.rates.admit(actor);
  return { actor, boundTo: teamId };
}
