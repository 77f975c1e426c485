import { and, asc, eq, sql } from "drizzle-orm";
import { users } from "#db/schema/identity.ts";
import { memberships, organizations } from "#db/schema/organizations.ts";
import type { Actor, Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { foundOrganization } from "../organizations/service.ts";
import { asSystem, instanceActor, memberActor } from "./actor.ts";
import { resolveActor } from "./actor-cache.ts";

export const localEmail = "you@localhost";
const name = "You";

/**
 * The one person of an installation without sign-in, who owns one organization; both are made on first use. Keys,
 * permissions and row-level security stay as they are.
 */
export async function localActor(runtime: Runtime, orgRef: string | undefined, ip: string): Promise<Actor> {
  const actor = await resolveActor(runtime, `local:${orgRef ?? ""}`, async () => ({
    actor: await asSystem(runtime, (context) => findLocal(context, orgRef)),
    endsAt: Number.POSITIVE_INFINITY,
  }));
  return { ...actor, ip };
}

async function findLocal(context: Context, orgRef: string | undefined): Promise<Actor> {
  const { tx } = context;
  const userId = (await localUserId(context)) ?? (await makeLocalUser(context));
  const rows = await tx
    .select({ orgId: memberships.orgId, role: memberships.role, slug: organizations.slug })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.orgId, memberships.orgId))
    .where(and(eq(memberships.userId, userId), eq(memberships.status, "active")))
    .orderBy(asc(memberships.createdAt), asc(memberships.orgId));
  const org = orgRef ? rows.find(({ orgId, slug }) => slug === orgRef || orgId === orgRef) : rows[0];
  if (orgRef && !org)
    throw new AppError("not_found", `There is no organization ${orgRef} here. list_orgs shows yours.`);
  const person = { id: userId, name };
  return org ? memberActor(person, { ...org, teams: [] }) : instanceActor(person);
}

async function localUserId({ tx }: Context): Promise<string | undefined> {
  const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.email, localEmail));
  return user?.id;
}

/** The first requests of a page come together: one of them makes the user, the others find it. */
async function makeLocalUser(context: Context): Promise<string> {
  const { tx, now } = context;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('first user', 0))`);
  const existing = await localUserId(context);
  if (existing) return existing;
  const id = newId();
  await tx.insert(users).values({ id, email: localEmail, name, createdAt: now });
  const asThem = { ...context, actor: instanceActor({ id, name }) };
  await foundOrganization(asThem, { name: "My organization", ownerId: id, teamName: "General" });
  return id;
}
