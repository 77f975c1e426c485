import { type Actor, systemActor } from "../context.ts";
import { type Door, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { describeFailure } from "../failure.ts";
import { convertManifestCode } from "../github/app-manifest.ts";
import { type AppRequest, findRequest, keepGithubApp, takeRequest } from "./service.ts";

/**
 * `GET /webhooks/github-app/callback?code=…&state=…`: GitHub sends the browser back here. Only the person who went there,
 * still signed in and still allowed, only once and within the hour; then the code is exchanged for the App's secrets.
 * They end at the settings, which say how it went.
 */
export async function handleAppCallback(door: Door, request: Request): Promise<Response> {
  const { runtime } = door;
  const requestId = requestIdOf(request);
  const { searchParams } = new URL(request.url);
  const [code, state] = [searchParams.get("code") ?? "", searchParams.get("state") ?? ""];
  let known: AppRequest | undefined;
  try {
    await runtime.rates.admit({ ip: request.headers.get("x-forwarded-for") ?? "unknown" });
    if (!/^[\w-]{1,200}$/.test(code) || !/^[\w-]{43}$/.test(state)) throw noWay();
    known = await inTransaction(runtime, systemActor("", "webhook"), { requestId, system: true }, (context) =>
      findRequest(context, state),
    );
    if (!known) throw noWay();
    const actor = await personOf(door, request, known);
    const taken = await inTransaction(runtime, actor, { requestId }, (context) => takeRequest(context, state));
    const app = await convertManifestCode(runtime.settings.githubUrl, code);
    await inTransaction(runtime, actor, { requestId }, (context) => keepGithubApp(context, taken, app));
    return backTo(known, "made");
  } catch (error) {
    const told = describeFailure(error, requestId, runtime.log);
    return known && told.code !== "unauthenticated" && told.code !== "forbidden"
      ? backTo(known, told.code)
      : refusal(told);
  }
}

async function personOf(door: Door, request: Request, { orgId, userId }: AppRequest): Promise<Actor> {
  const { headers } = request;
  const actor = await door.authenticate(door.runtime, {
    authorization: undefined,
    cookie: headers.get("cookie") ?? undefined,
    orgRef: orgId,
    ip: headers.get("x-forwarded-for") ?? "unknown",
    origin: undefined,
    method: "GET",
    contentType: undefined,
  });
  if (actor.id !== userId || !actor.permissions.has("webhooks:manage"))
    throw new AppError("forbidden", "Somebody else went to GitHub for this App. Make it again from the settings.");
  return actor;
}

const noWay = () => new AppError("not_found", "This is no way back from GitHub. Make the App from the settings.");

const backTo = ({ slug }: AppRequest, outcome: string): Response =>
  new Response(null, {
    status: 303,
    headers: { location: `/o/${slug}/settings/webhooks?app=${outcome}`, "cache-control": "no-store" },
  });
