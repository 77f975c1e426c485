import { eq, like, or, sql } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { newId, slugOf } from "../ids.ts";
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
