import { sql } from "drizzle-orm";
import { numberCounters } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";

/** Draws short numbers. @returns the last one drawn. */
export async function drawNumbers({ tx, actor }: Context, name: string, count: number): Promise<number> {
  const [counter] = await tx
    .insert(numberCounters)
    .values({ orgId: actor.orgId, name, value: count })
    .onConflictDoUpdate({
      target: [numberCounters.orgId, numberCounters.name],
      set: { value: sql`${numberCounters.value} + ${count}` },
    })
    .returning({ value: numberCounters.value });
  if (!counter) throw new Error("the counter gave no number");
  return counter.value;
}
