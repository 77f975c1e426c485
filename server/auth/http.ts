import { AppError } from "../errors.ts";
import { addressOf, readJsonText, refusal, requestIdOf } from "../door.ts";
import { describeFailure } from "../failure.ts";
import { admitAttempt } from "./attempts.ts";
import { normalizeEmail } from "./email.ts";
import { register } from "./register.ts";
import { registered, registerInput } from "./schema.ts";
import type { SignInRequest } from "./next-auth.ts";

type WebRuntime = SignInRequest["runtime"];

/** `POST /api/auth/register`: signs a person up. They sign in afterwards, by the one way there is. */
export async function handleRegister(runtime: WebRuntime, request: Request): Promise<Response> {
  return answer(runtime, request, async () => {
    refuseForeignOrigin(runtime, request);
    const parsed = registerInput.safeParse(parseJson(await readJsonText(request, 16_384)));
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
      throw new AppError("invalid", issues.map(({ message }) => message).join(" "), { issues });
    }
    await admitAttempt(runtime, { ip: ipOf(request) });
    const { slug, userId } = await register(runtime, parsed.data, runtime.config.signUp, requestIdOf(request));
    const user = { id: userId, name: parsed.data.name, email: normalizeEmail(parsed.data.email) };
    return Response.json(registered.parse({ slug, user }), { status: 201, headers: { "cache-control": "no-store" } });
  });
}

/**
 * Everything below `/api/auth/` that next-auth answers, with what it does not do itself: it counts attempts, and it
 * believes the address that the browser used rather than the one we listen on.
 */
export async function handleSignIn(
  runtime: WebRuntime,
  request: Request,
  nextAuth: (request: Request, situation: SignInRequest) => Promise<Response>,
): Promise<Response> {
  return answer(runtime, request, async () => {
    const { pathname, search } = new URL(request.url);
    if (request.method === "POST" && pathname.startsWith("/api/auth/callback/")) {
      await admitAttempt(runtime, { ip: ipOf(request), account: await accountOf(request) });
    }
    const seen = new Request(new URL(`${pathname}${search}`, originOf(runtime, request)), request);
    return nextAuth(seen, {
      runtime,
      ip: ipOf(request),
      userAgent: request.headers.get("user-agent") ?? "",
      invitation: invitationOf(request),
    });
  });
}

async function answer(runtime: WebRuntime, request: Request, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    return refusal(describeFailure(error, requestIdOf(request), runtime.log));
  }
}

/** A page of another site must not sign people up here, nor find out who has an account. What is no page says no origin. */
function refuseForeignOrigin({ config }: WebRuntime, request: Request): void {
  const from = request.headers.get("origin");
  if (from === null || from === addressOf(request) || from === new URL(config.publicUrl).origin) return;
  throw new AppError("forbidden", "People sign up on our own page only.");
}

/** Behind https there is one address; without it, people may use any name of this machine. */
function originOf({ config }: WebRuntime, request: Request): string {
  return config.publicUrl.startsWith("https:") ? new URL(config.publicUrl).origin : addressOf(request);
}

function ipOf(request: Request): string {
  return request.headers.get("x-forwarded-for") ?? "unknown";
}

async function accountOf(request: Request): Promise<string | undefined> {
  const type = request.headers.get("content-type") ?? "";
  const text = await request.clone().text();
  const parsed: unknown = type.includes("json") ? parseJson(text) : Object.fromEntries(new URLSearchParams(text));
  const email = typeof parsed === "object" && parsed !== null && "email" in parsed ? parsed.email : undefined;
  return typeof email === "string" ? (normalizeEmail(email) ?? email.slice(0, 254)) : undefined;
}

/** next-auth keeps where to go afterwards in a cookie; when it is an invitation's page, the invitation counts. */
function invitationOf(request: Request): string | undefined {
  const cookie = /(?:^|;\s*)[\w-]*entourage[\w.-]*\.callbackUrl=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  return cookie ? /(?:\/|%2F)invite(?:\/|%2F)([\w-]{20,200})$/i.exec(cookie)?.[1] : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", "The body is not JSON.");
  }
}
