import { and, eq, gt, inArray, sql } from "drizzle-orm";
import { mcpTasks } from "#db/schema/mcp.ts";
import type { Context } from "#server/context.ts";
import type { Caller } from "#server/door.ts";
import { inTransaction } from "#server/execute.ts";
import { principalOf } from "../principal.ts";

export type TaskRow = typeof mcpTasks.$inferSelect;

/** A question of a task may wait for a person over a holiday; a result is kept for as long. */
const TTL_MS = 14 * 24 * 3600 * 1000;
const OPEN = ["working", "input_required"] as const;

export interface NewTask {
  id: string;
  tool: string;
  input: Record<string, unknown>;
  decided: unknown;
}

/** Keeps what a tool decided, in the transaction in which it decided: a task that was told of is there. */
export async function keepTask({ tx, now }: Context, caller: Caller, task: NewTask): Promise<void> {
  await tx.insert(mcpTasks).values({
    ...task,
    orgId: caller.actor.orgId,
    principal: principalOf(caller),
    status: "working",
    responses: {},
    ttlMs: TTL_MS,
    createdAt: now,
    updatedAt: now,
    expiresAt: new Date(now.getTime() + TTL_MS),
  });
}

/** A task of the caller's own that has not outlived its time. */
export const findTask = (caller: Caller, id: string): Promise<TaskRow | undefined> =>
  within(caller, async ({ tx, now }) => {
    const [row] = await tx
      .select()
      .from(mcpTasks)
      .where(and(ownedBy(caller, id), gt(mcpTasks.expiresAt, now)));
    return row;
  });

/** What came of it. The first to say so is believed: two processes may look at once, and it may be cancelled meanwhile. */
export const settleTask = (
  caller: Caller,
  id: string,
  change: Pick<TaskRow, "status"> & Partial<Pick<TaskRow, "outcome">>,
): Promise<TaskRow | undefined> =>
  within(caller, async ({ tx, now }) => {
    await tx
      .update(mcpTasks)
      .set({ ...change, updatedAt: now })
      .where(and(ownedBy(caller, id), inArray(mcpTasks.status, [...OPEN])));
    const [row] = await tx.select().from(mcpTasks).where(ownedBy(caller, id));
    return row;
  });

/** Adds answers of the client to what was asked of it; what it answered before stays as it was. */
export const addResponses = (
  caller: Caller,
  id: string,
  responses: Record<string, unknown>,
): Promise<TaskRow | undefined> =>
  within(caller, async ({ tx, now }) => {
    const [row] = await tx
      .update(mcpTasks)
      .set({ responses: sql`${JSON.stringify(responses)}::text::jsonb || ${mcpTasks.responses}`, updatedAt: now })
      .where(and(ownedBy(caller, id), inArray(mcpTasks.status, [...OPEN])))
      .returning();
    return row;
  });

const ownedBy = (caller: Caller, id: string) =>
  and(eq(mcpTasks.orgId, caller.actor.orgId), eq(mcpTasks.id, id), eq(mcpTasks.principal, principalOf(caller)));

const within = <Result>({ runtime, actor, requestId }: Caller, work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, actor, { requestId }, work);
