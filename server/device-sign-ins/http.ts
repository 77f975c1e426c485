import { admitPage, type Door, explain, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { clientOf } from "../auth/answer.ts";
import { granted, type PollError, started, startInput, tokenInput } from "./schema.ts";
import { pollDeviceSignIn, startDeviceSignIn } from "./service.ts";

const bodyLimitBytes = 16_384;

/** `POST /api/auth/device`: a client begins (RFC 8628, section 3.1). Takes a form, as the standard has it, or JSON. */
export const handleDevice = (door: Door, request: Request): Promise<Response> =>
  answer(door, request, async () => {
    const asked = startInput.safeParse(await readFields(request));
    const name = asked.success ? (asked.data.client_name ?? "") : "";
    return told(started.parse(await startDeviceSignIn(door.runtime, name, clientOf(request))));
  });

/** `POST /api/auth/device/token`: the client asks whether it was let in (sections 3.4 and 3.5). */
export const handleDeviceToken = (door: Door, request: Request): Promise<Response> =>
  answer(door, request, async () => {
    const asked = tokenInput.safeParse(await readFields(request));
    if (!asked.success)
      return told({ error: "invalid_request", error_description: "Send grant_type and device_code." }, 400);
    const result = await pollDeviceSignIn(door.runtime, asked.data.device_code, clientOf(request));
    if (typeof result !== "string") return told(granted.parse(result));
    return told({ error: result, error_description: descriptions[result] }, 400);
  });

const descriptions = {
  authorization_pending: "Nobody has decided yet. Ask again after the interval.",
  slow_down: "Ask less often: the interval is five seconds longer now.",
  access_denied: "The person refused.",
  expired_token: "This code was used or is older than ten minutes. Begin again.",
} satisfies Record<PollError, string>;

async function readFields(request: Request): Promise<unknown> {
  const text = await request.text();
  if (Buffer.byteLength(text) > bodyLimitBytes) throw new AppError("too_large", "The body is larger than 16 KB.");
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new AppError("invalid", "The body is not JSON.");
  }
}

async function answer(door: Door, request: Request, work: () => Promise<Response>): Promise<Response> {
  try {
    admitPage(request, door.runtime);
    return await work();
  } catch (error) {
    return refusal(explain(door, error, requestIdOf(request)));
  }
}

const told = (body: object, status = 200): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store", pragma: "no-cache" } });
