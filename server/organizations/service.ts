import { and, eq, like, or, sql } from "drizzle-orm";
import { organizations, teams } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId, slugOf } from "../ids.ts";
import { findTeam } from "../teams/finding.ts";
import { createTeam } from "../teams/service.ts";

/**
 * Makes an organization with its owner. Runs as the system (no organization yet); the events open the new one's log.
 * @returns its id and the slug that stands in URLs.
 */
export async function createOrganization(context: Context, { name, ownerId }: { name: string; ownerId: string }) {
  const orgId = newId();
  const slug = await freeSlug(context, slugOf(name, "org"));
  await record(context, "organization.created", [{ orgId, subject: orgId, data: { name, slug } }]);
  await record(context, "member.joined", [{ orgId, subject: ownerId, data: { role: "owner" } }]);
  return { orgId, slug };
}

/** An organization as people get it: with its first team, whose manager agent is there. */
export async function foundOrganization(
  context: Context,
  { name, ownerId, teamName }: { name: string; ownerId: string; teamName: string },
) {
  const { orgId, slug } = await createOrganization(context, { name, ownerId });
  const inside = { ...context, actor: { ...context.actor, orgId } };
  return { orgId, slug, ...(await createTeam(inside, { name: teamName })) };
}

/** Changes the name; the slug stays, since links and clones hold it. */
export async function renameOrganization(context: Context, name: string): Promise<void> {
  await record(context, "organization.renamed", [{ subject: context.actor.orgId, data: { name } }]);
}

/** Stops all claims at once, in the organization or one team. What runs goes on; pausing twice changes nothing. */
export async function pauseWork(
  context: Context,
  { teamId, reason }: { teamId?: string | undefined; reason: string },
): Promise<void> {
  if (await isPaused(context, teamId)) return;
  if (teamId) await record(context, "team.paused", [{ subject: teamId, team: teamId, data: { reason } }]);
  else await record(context, "organization.paused", [{ subject: context.actor.orgId, data: { reason } }]);
}

/** Lets work start again. A team stays paused while its organization is. */
export async function resumeWork(context: Context, { teamId }: { teamId?: string | undefined }): Promise<void> {
  if (!(await isPaused(context, teamId))) return;
  if (teamId) await record(context, "team.resumed", [{ subject: teamId, team: teamId, data: {} }]);
  else await record(context, "organization.resumed", [{ subject: context.actor.orgId, data: {} }]);
}

/** Locks what is to be paused, so that two people pausing at once leave one event. */
async function isPaused(context: Context, teamId: string | undefined): Promise<boolean> {
  const { tx, actor } = context;
  if (teamId) await findTeam(context, teamId);
  const [state] = teamId
    ? await tx
        .select({ pausedAt: teams.pausedAt })
        .from(teams)
        .where(and(eq(teams.orgId, actor.orgId), eq(teams.id, teamId)))
        .for("update")
    : await tx
        .select({ pausedAt: organizations.pausedAt })
        .from(organizations)
        .where(eq(organizations.orgId, actor.orgId))
        .for("update");
  if (!state) throw new AppError("not_found", "There is no such organization here.");
  return state.pausedAt !== null;
}

/**
 * Never a refusal, which would tell who else is here: a number is added until the slug is free. One at a time looks, so
 * that two organizations of one name do not get one slug.
 */
async function freeSlug({ tx }: Context, wanted: string): Promise<string> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('organization slugs', 0))`);
  const taken = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(or(eq(organizations.slug, wanted), like(organizations.slug, `${wanted}-%`)));
  const slugs = new Set(taken.map(({ slug }) => slug));
  if (!slugs.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!slugs.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
