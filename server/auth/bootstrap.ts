import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { users } from "#db/schema/identity.ts";
import { agents, memberships, organizations, teams } from "#db/schema/organizations.ts";
import { createApiKey } from "../api-keys/service.ts";
import type { Context, Runtime } from "../context.ts";
import { newId } from "../ids.ts";
import { foundOrganization } from "../organizations/service.ts";
import { memberActor } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { hashPassword } from "./password.ts";
import { asNewcomer, lockSignUp } from "./register.ts";
import { password } from "./schema.ts";

const bootstrapOptions = z.strictObject({
  email: z.string(),
  password,
  org: z.string().trim().min(1).max(100),
  name: z.string().trim().min(1).max(100).optional(),
  json: z.boolean().optional(),
});
export type BootstrapOptions = Omit<z.output<typeof bootstrapOptions>, "json">;

/** Checks what was asked for on the command line. Throws one error that names all that is wrong. */
export function readBootstrapOptions(given: Record<string, unknown>): BootstrapOptions {
  const parsed = bootstrapOptions.safeParse(given);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("\n"));
  }
  const email = normalizeEmail(parsed.data.email);
  if (!email) throw new Error(`--email: "${parsed.data.email}" is not an e-mail address.`);
  return { ...parsed.data, email };
}

/**
 * Makes a person and an organization they own, unless they are there, and a new key of theirs each time. A password
 * that was set stays. Two at once make one person and one organization.
 */
export async function createFirstAccess(runtime: Runtime, { email, password, org, name }: BootstrapOptions) {
  const passwordHash = await hashPassword(password);
  const newcomer = { id: newId(), name: name ?? email.split("@")[0] ?? email };
  return asNewcomer(runtime, newcomer, "bootstrap", async (context) => {
    await lockSignUp(context);
    const person =
      (await findPerson(context, email)) ?? (await makePerson(context, { ...newcomer, email, passwordHash }));
    const asThem = { ...context, actor: { ...context.actor, ...person } };
    const orgId = (await findOwnOrganization(asThem, org)) ?? (await foundFor(asThem, org));
    const owner = memberActor(person, { orgId, role: "owner", teams: [] });
    const key = { name: "bootstrap", agentId: null, expiresInDays: null };
    const { key: apiKey } = await createApiKey({ ...context, actor: owner }, key);
    return { orgId, ...(await findFirstTeam(context, orgId)), apiKey };
  });
}

async function findPerson({ tx }: Context, email: string) {
  const [person] = await tx.select({ id: users.id, name: users.name }).from(users).where(eq(users.email, email));
  return person;
}

async function makePerson(
  { tx, now }: Context,
  person: { id: string; name: string; email: string; passwordHash: string },
) {
  await tx.insert(users).values({ ...person, createdAt: now });
  return { id: person.id, name: person.name };
}

async function foundFor(context: Context, name: string): Promise<string> {
  const { orgId } = await foundOrganization(context, { name, ownerId: context.actor.id, teamName: "General" });
  return orgId;
}

async function findOwnOrganization({ tx, actor }: Context, name: string): Promise<string | undefined> {
  const [found] = await tx
    .select({ orgId: organizations.orgId })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.orgId, memberships.orgId))
    .where(
      and(
        eq(memberships.userId, actor.id),
        eq(memberships.role, "owner"),
        eq(memberships.status, "active"),
        eq(organizations.name, name),
      ),
    )
    .orderBy(asc(memberships.createdAt))
    .limit(1);
  return found?.orgId;
}

async function findFirstTeam({ tx }: Context, orgId: string) {
  const [first] = await tx
    .select({ teamId: teams.id, managerAgentId: agents.id })
    .from(teams)
    .innerJoin(agents, and(eq(agents.orgId, teams.orgId), eq(agents.teamId, teams.id), eq(agents.isDefault, true)))
    .where(eq(teams.orgId, orgId))
    .orderBy(asc(teams.createdAt), asc(teams.id))
    .limit(1);
  if (!first) throw new Error(`The organization ${orgId} has no team.`);
  return first;
}
