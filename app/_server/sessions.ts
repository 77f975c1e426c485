import "server-only";
import { notFound } from "next/navigation";
import { caller } from "#app/_lib/caller.ts";
import type { Answer } from "#app/_lib/hydrated.tsx";
import { AppError } from "#server/errors.ts";
import { getOrg } from "#server/organizations/operations.ts";
import { getSession, listAgentKinds } from "#server/sessions/operations.ts";

/** What the list of sessions is read with; the list itself the browser reads page by page. */
export async function loadSessions(orgRef: string): Promise<Answer[]> {
  const page = await caller(orgRef);
  const [org, kinds] = await Promise.all([page.run(getOrg, {}), page.run(listAgentKinds, {})]);
  return [
    { path: "organizations.get", input: {}, data: org },
    { path: "sessions.kinds", input: {}, data: kinds },
  ];
}

/** One session: where it stands, and who looks. What was said comes as a stream. */
export async function loadSession(orgRef: string, sessionId: string): Promise<Answer[]> {
  const page = await caller(orgRef);
  try {
    const [org, kinds, session] = await Promise.all([
      page.run(getOrg, {}),
      page.run(listAgentKinds, {}),
      page.run(getSession, { sessionId }),
    ]);
    return [
      { path: "organizations.get", input: {}, data: org },
      { path: "sessions.kinds", input: {}, data: kinds },
      { path: "sessions.get", input: { sessionId }, data: session },
    ];
  } catch (error) {
    // What is missing or foreign is a page that says so; what is not theirs to see, too.
    if (error instanceof AppError && error.code !== "unavailable" && error.code !== "rate_limited") notFound();
    throw error;
  }
}
