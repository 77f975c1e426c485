import { like, or, eq } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { newId, slugOf } from "../ids.ts";

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

/** Never a refusal, which would tell who else is here: a number is added until the slug is free. */
async function freeSlug({ tx }: Context, wanted: string): Promise<string> {
  const taken = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(or(eq(organizations.slug, wanted), like(organizations.slug, `${wanted}-%`)));
  const slugs = new Set(taken.map(({ slug }) => slug));
  if (!slugs.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!slugs.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
