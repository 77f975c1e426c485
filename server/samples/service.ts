import { and, eq, isNull, sql } from "drizzle-orm";
import { teams } from "#db/schema/organizations.ts";
import { sampleRuns } from "#db/schema/samples.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { createTeam } from "../teams/service.ts";

/** A run that was started so long ago died with its worker. */
const givenUpAfter = sql`interval '10 minutes'`;

/**
 * Asks the worker to run the sample in the organization's team Sample, which is made if it is not there.
 * @throws AppError conflict while one runs.
 */
export async function startSample(context: Context): Promise<{ teamId: string }> {
  const { tx, actor, now } = context;
  const asked = await tx
    .insert(sampleRuns)
    .values({ orgId: actor.orgId, requestedAt: now })
    .onConflictDoUpdate({
      target: sampleRuns.orgId,
      set: { requestedAt: now, startedAt: null, finishedAt: null, error: null },
      setWhere: sql`${sampleRuns.finishedAt} is not null or ${sampleRuns.requestedAt} < now() - ${givenUpAfter}`,
    })
    .returning({ orgId: sampleRuns.orgId });
  if (asked.length === 0)
    throw new AppError("conflict", "The sample is running already. Watch it on the board of the team Sample.");
  const [existing] = await tx
    .select({ id: teams.id })
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.name, "Sample"), isNull(teams.archivedAt)));
  return existing ? { teamId: existing.id } : createTeam(context, { name: "Sample" });
}

/** The oldest request nobody has taken, over all organizations; taking it is starting it. */
export async function takeSample({ tx }: Context): Promise<string | undefined> {
  const [taken] = await tx.execute<{ org: string }>(sql`update sample_runs s set started_at = now()
    where s.org_id = (select org_id from sample_runs where started_at is null order by requested_at limit 1 for update skip locked)
    returning s.org_id as org`);
  return taken?.org;
}

export async function finishSample({ tx, actor }: Context, error: string | null): Promise<void> {
  await tx.update(sampleRuns).set({ finishedAt: sql`now()`, error }).where(eq(sampleRuns.orgId, actor.orgId));
}
