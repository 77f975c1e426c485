import { and, eq, gt, inArray, sql } from "drizzle-orm";
import { mcpTasks, mcpUsedStates } from "#db/schema/mcp.ts";
import { type Context, principalOf } from "../context.ts";

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
export async function keepTask({ tx, now, actor }: Context, task: NewTask): Promise<void> {
  await tx.insert(mcpTasks).values({
    ...task,
    orgId: actor.orgId,
    principal: principalOf(actor),
    status: "working",
    responses: {},
    ttlMs: TTL_MS,
    createdAt: now,
    updatedAt: now,
    expiresAt: new Date(now.getTime() + TTL_MS),
  });
}

/** A task of the caller's own that has not outlived its time. */
export async function findTask(context: Context, id: string): Promise<TaskRow | undefined> {
  const [row] = await context.tx
    .select()
    .from(mcpTasks)
    .where(and(own(context, id), gt(mcpTasks.expiresAt, context.now)));
  return row;
}

/** What came of it. The first to say so is believed: two processes may look at once, and it may be cancelled meanwhile. */
export async function settleTask(
  context: Context,
  id: string,
  change: Pick<TaskRow, "status"> & Partial<Pick<TaskRow, "outcome">>,
): Promise<TaskRow | undefined> {
  const { tx, now } = context;
  await tx
    .update(mcpTasks)
    .set({ ...change, updatedAt: now })
    .where(and(own(context, id), isOpen));
  return findTask(context, id);
}

/** Adds answers of the client to what was asked of it; what it answered before stays as it was. */
export async function addResponses(
  context: Context,
  id: string,
  responses: Record<string, unknown>,
): Promise<TaskRow | undefined> {
  const [row] = await context.tx
    .update(mcpTasks)
    .set({ responses: sql`${JSON.stringify(responses)}::text::jsonb || ${mcpTasks.responses}`, updatedAt: context.now })
    .where(and(own(context, id), isOpen))
    .returning();
  return row;
}

const isOpen = inArray(mcpTasks.status, [...OPEN]);

const own = ({ actor }: Context, id: string) =>
  and(eq(mcpTasks.orgId, actor.orgId), eq(mcpTasks.id, id), eq(mcpTasks.principal, principalOf(actor)));

/** Opens a sealed state that came back: true for the first to do so, false ever after. */
export async function openState({ tx, actor, now }: Context, id: string): Promise<boolean> {
  const rows = await tx
    .insert(mcpUsedStates)
    .values({ orgId: actor.orgId, id, usedAt: now })
    .onConflictDoNothing()
    .returning({ id: mcpUsedStates.id });
  return rows.length > 0;
}
