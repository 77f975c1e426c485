import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { z } from "zod";
import { actorOfRequest } from "#server/auth/session.ts";
import type { Actor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { execute } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Operation } from "#server/operation.ts";
import { webRuntime } from "#server/runtime.ts";

/** The signed-in person, for server components: operations run here directly, without HTTP. */
export interface PageCaller {
  actor: Actor;
  run<Input extends z.ZodObject, Output extends z.ZodObject>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
  ): Promise<z.output<Output>>;
}

/**
 * Who looks at this page, in the organization of its address (slug or id; none: the one they joined first). Sends
 * strangers to sign in. Asked once a request, however many components ask.
 * An organization that is missing or not theirs becomes the page that says so.
 */
export const caller = cache(async (orgRef?: string): Promise<PageCaller> => {
  const [runtime, given] = await Promise.all([webRuntime(), headers()]);
  const requestId = given.get("x-request-id") ?? newId();
  const actor = await actorOfRequest(runtime, {
    authorization: undefined,
    cookie: given.get("cookie") ?? undefined,
    orgRef,
    ip: given.get("x-forwarded-for") ?? "unknown",
    origin: undefined,
    method: "GET",
    contentType: undefined,
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "unauthenticated") return undefined;
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  if (!actor) redirect(signInAddress(given.get("x-entourage-path")));
  return { actor, run: (operation, input) => execute(operation, runtime, actor, input, { requestId }) };
});

/** The sign-in page, which leads back to the page that was asked for. */
function signInAddress(path: string | null): string {
  return path && path !== "/" ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in";
}
