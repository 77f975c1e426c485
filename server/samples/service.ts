import { and, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { agents, teams } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import { planCrews } from "#db/schema/samples.ts";
import { plans } from "#db/schema/plans.ts";
import { tasks } from "#db/schema/tasks.ts";
import { addAgent, handBackWork } from "../agents/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { lockPlan, type Plan } from "../plans/finding.ts";
import { createPlan, updatePlan } from "../plans/service.ts";
import { registerRepo } from "../repos/service.ts";
import { changeTasks } from "../tasks/changes.ts";
import { createTeam } from "../teams/service.ts";
import { crewMembers } from "./members.ts";
import { refusalOf } from "./queries.ts";

const requirements =
  "Names are shown with capitals and initials. Headings get links and a table of contents. Long text is shortened, and its words are counted.";

/**
 * Makes the sample ready in the team Sample: a repository with a real test suite, and a plan of nine tasks that waits to
 * be approved. One that is not over is shown again instead.
 */
export async function startSample(context: Context): Promise<{ teamId: string; planId: string }> {
  const { tx, actor, now } = context;
  // One at a time in an organization: two presses are one sample.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`sample|${actor.orgId}`}, 0))`);
  const [existing] = await tx
    .select({ id: teams.id })
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.name, "Sample"), isNull(teams.archivedAt)))
    .limit(1);
  const teamId = existing?.id ?? (await createTeam(context, { name: "Sample" })).teamId;
  const [open] = await tx
    .select({ id: plans.id })
    .from(plans)
    .innerJoin(repos, and(eq(repos.orgId, plans.orgId), eq(repos.id, plans.repoId)))
    .where(
      and(
        ...[eq(plans.orgId, actor.orgId), eq(plans.teamId, teamId), eq(repos.source, "sample")],
        inArray(plans.status, ["awaiting_approval", "executing", "paused"]),
      ),
    )
    .limit(1);
  if (open) return { teamId, planId: open.id };
  await putAway(context, teamId);
  const made = now.toISOString().slice(0, 19).replace("T", " ");
  const repoId = await registerRepo(
    context,
    {
      ...{ teamId, name: `textkit ${made}`, source: "hosted", mergeStrategy: "merge" },
      ...{ gateCommand: "node --test", gateTimeoutSeconds: 60 },
    },
    "sample",
  );
  const planId = await createPlan(context, {
    ...{ teamId, repoId, requirements, title: "The sample: a library of text functions", template: "sample" },
    ...{ files: [], rigor: "L2", mode: "hybrid", claimSeconds: null },
  });
  return { teamId, planId };
}

/** What an earlier sample made stays to look at until the next one begins. */
async function putAway(context: Context, teamId: string): Promise<void> {
  const { tx, actor } = context;
  const over = await tx
    .select({ id: tasks.id })
    .from(tasks)
    .innerJoin(plans, and(eq(plans.orgId, tasks.orgId), eq(plans.id, tasks.planId)))
    .innerJoin(repos, and(eq(repos.orgId, plans.orgId), eq(repos.id, plans.repoId), eq(repos.source, "sample")))
    .where(
      and(
        ...[eq(tasks.orgId, actor.orgId), eq(tasks.teamId, teamId), isNull(tasks.archivedAt)],
        inArray(tasks.status, ["done", "cancelled"]),
      ),
    )
    .limit(200);
  if (over.length > 0) await changeTasks(context, { tasks: over.map(({ id }) => id), archive: true });
}

/**
 * Calls the sample crew to a plan; it begins once the plan is approved. A plan without a repository gets one of its own
 * for the demonstration, as long as it is not approved.
 * @throws AppError conflict where the crew would do harm, or has nothing to do.
 */
export async function callCrew(context: Context, planId: string): Promise<void> {
  const { tx, actor, now } = context;
  const plan = await lockPlan(context, planId);
  const refusal = await refusalOf(context, plan);
  if (refusal) throw new AppError("conflict", refusal);
  await hire(context, plan.teamId);
  if (!plan.repoId && plan.approvedVersion === null) await giveRepo(context, plan);
  const asked = { requestedAt: now, startedAt: null, beatAt: null, finishedAt: null, note: null };
  await tx
    .insert(planCrews)
    .values({ orgId: actor.orgId, planId, teamId: plan.teamId, ...asked })
    .onConflictDoUpdate({
      target: [planCrews.orgId, planCrews.planId],
      set: asked,
      setWhere: sql`${planCrews.finishedAt} is not null`,
    });
}

/** Ends the crew's work on a plan. What it held is free again; its worker notices within a second. */
export async function sendCrewHome(context: Context, planId: string): Promise<void> {
  const plan = await lockPlan(context, planId);
  await finishCrew(context, plan, "It was sent home.");
}

/** The crew is done with a plan, or is to be. Says it once; its tasks that are not over go back to the team. */
export async function finishCrew(
  context: Context,
  { id: planId, teamId }: Pick<Plan, "id" | "teamId">,
  note: string | null,
): Promise<void> {
  const { tx, actor, now } = context;
  const ended = await tx
    .update(planCrews)
    .set({ finishedAt: now, note })
    .where(and(eq(planCrews.orgId, actor.orgId), eq(planCrews.planId, planId), isNull(planCrews.finishedAt)))
    .returning({ planId: planCrews.planId });
  if (ended.length === 0) return;
  for (const { id, name } of await crewOf(context, teamId)) await handBackWork(context, id, `${name} went home.`);
}

/** The members of the crew in a team, in the order of ids. */
export function crewOf({ tx, actor }: Context, teamId: string) {
  return tx
    .select({ id: agents.id, name: agents.name, role: agents.role })
    .from(agents)
    .where(
      and(
        ...[eq(agents.orgId, actor.orgId), eq(agents.teamId, teamId), eq(agents.isDemonstration, true)],
        ne(agents.status, "archived"),
      ),
    )
    .orderBy(agents.id);
}

/** Whoever of the crew the team does not have yet. A name that somebody else bears gets a number. */
async function hire(context: Context, teamId: string): Promise<void> {
  const { tx, actor } = context;
  await tx.execute(sql`select 1 from teams where org_id = ${actor.orgId} and id = ${teamId} for no key update`);
  const there = await crewOf(context, teamId);
  const taken = await tx
    .select({ name: agents.name })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.teamId, teamId)));
  const names = new Set(taken.map(({ name }) => name));
  for (const { name, role } of crewMembers) {
    if (there.some((one) => one.role === role && one.name.startsWith(name))) continue;
    let free = name;
    for (let number = 2; names.has(free); number++) free = `${name}-${number}`;
    await addAgent(context, { teamId, name: free, role, runtime: "scripted", isDemonstration: true });
  }
}

/** A repository of the demonstration's own: what the crew writes never stands among somebody's work. */
async function giveRepo(context: Context, plan: Plan): Promise<void> {
  const repoId = await registerRepo(
    context,
    {
      ...{ teamId: plan.teamId, name: `demonstration of plan ${plan.number}`, source: "hosted" },
      ...{ gateCommand: "node check.mjs", gateTimeoutSeconds: 60, mergeStrategy: "merge" },
    },
    "demonstration",
  );
  await updatePlan(context, { planId: plan.id, repoId });
}
