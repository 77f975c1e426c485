import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { modelRoutings } from "#db/schema/models.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { findTeam } from "../teams/finding.ts";
import { defaultRouting, type Routing } from "./defaults.ts";
import type { setRoutingInput } from "./schema.ts";

/** A team's table; the one that comes with the product while nobody changed it. */
export async function routingOf(
  { tx, actor }: Context,
  teamId: string,
): Promise<Routing & { version: number; setBy: (typeof modelRoutings.$inferSelect)["setBy"] | null }> {
  const [own] = await tx
    .select()
    .from(modelRoutings)
    .where(and(eq(modelRoutings.orgId, actor.orgId), eq(modelRoutings.teamId, teamId)));
  return own ?? { ...defaultRouting, version: 0, setBy: null };
}

/**
 * Changes a team's table. Work that runs goes on with its model; what begins from now on follows the new table.
 * @throws AppError conflict when somebody else changed it meanwhile.
 */
export async function setRouting(context: Context, input: z.output<typeof setRoutingInput>): Promise<void> {
  const { teamId, tiers, routes, version } = input;
  await findTeam(context, teamId);
  await context.tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`routing|${teamId}`}, 0))`);
  const now = await routingOf(context, teamId);
  if (now.version !== version)
    throw new AppError(
      "conflict",
      `${now.setBy?.name ?? "Somebody"} changed the table meanwhile (it has version ${now.version}). Read it and change it again.`,
    );
  await record(context, "model_routing.set", [
    { subject: teamId, team: teamId, data: { tiers, routes, version: version + 1 } },
  ]);
}
