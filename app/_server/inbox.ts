import "server-only";
import { notFound } from "next/navigation";
import { caller } from "#app/_lib/caller.ts";
import type { Answer } from "#app/_lib/hydrated.tsx";
import { AppError } from "#server/errors.ts";
import { getRequest, listWaitingOperation } from "#server/human-requests/operations.ts";
import { getOrg } from "#server/organizations/operations.ts";

/** What waits for a person, and who looks. */
export async function loadInbox(orgRef: string): Promise<Answer[]> {
  const page = await caller(orgRef);
  const [waiting, me] = await Promise.all([page.run(listWaitingOperation, {}), page.run(getOrg, {})]);
  return [
    { path: "requests.waiting", input: {}, data: waiting },
    { path: "organizations.get", input: {}, data: me },
  ];
}

/** One request, and the team it belongs to. */
export async function loadRequest(orgRef: string, request: string): Promise<{ answers: Answer[]; teamId: string }> {
  const page = await caller(orgRef);
  try {
    const [data, me] = await Promise.all([page.run(getRequest, { request }), page.run(getOrg, {})]);
    return {
      teamId: data.request.teamId,
      answers: [
        { path: "requests.get", input: { request }, data },
        { path: "organizations.get", input: {}, data: me },
      ],
    };
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid")) notFound();
    throw error;
  }
}
