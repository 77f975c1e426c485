import { and, asc, eq, inArray } from "drizzle-orm";
import { humanRequests } from "#db/schema/human-requests.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

export type RequestRow = typeof humanRequests.$inferSelect;

/** A request of the actor's teams. @throws AppError not_found, the same for missing and foreign. */
export async function findRequest({ tx, actor }: Context, id: string): Promise<RequestRow> {
  const [request] = await tx.select().from(humanRequests).where(theOne(actor.orgId, id));
  if (!request || !(actor.teams === "all" || actor.teams.includes(request.teamId))) throw noRequest(id);
  return request;
}

/** Locks a request for the rest of the transaction. Its task is held already: tasks before requests, everywhere. */
export async function lockRequest({ tx, actor }: Context, id: string): Promise<RequestRow> {
  const [request] = await tx.select().from(humanRequests).where(theOne(actor.orgId, id)).for("update");
  if (!request) throw noRequest(id);
  return request;
}

/** Locks several, in the order of ids. Their tasks are held already. */
export async function lockRequests({ tx, actor }: Context, ids: readonly string[]): Promise<void> {
  await tx
    .select({ id: humanRequests.id })
    .from(humanRequests)
    .where(and(eq(humanRequests.orgId, actor.orgId), inArray(humanRequests.id, [...ids])))
    .orderBy(asc(humanRequests.id))
    .for("update");
}

const theOne = (orgId: string, id: string) => and(eq(humanRequests.orgId, orgId), eq(humanRequests.id, id));

const noRequest = (id: string) =>
  new AppError("not_found", `There is no request ${id} here. get_pending_requests shows those that wait.`);
