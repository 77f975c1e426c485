import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { acceptByHash } from "../members/invitations.ts";

export interface Person {
  id: string;
  name: string;
  email: string;
}

/** Where somebody belongs already: the organization they named, or the one that an invitation is of. */
export async function findMembership(
  { tx }: Context,
  userId: string,
  { invitationHash, organization }: { invitationHash: string | null; organization: string | null },
): Promise<{ orgId: string; slug: string } | undefined> {
  const named = organization
    ? sql`o.slug = ${organization} or o.org_id::text = ${organization}`
    : sql`o.org_id = (select i.org_id from invitations i where i.token_hash = ${invitationHash})`;
  const [row] = await tx.execute<{ orgId: string; slug: string }>(sql`select o.org_id as "orgId", o.slug
    from memberships m join organizations o on o.org_id = m.org_id
    where m.user_id = ${userId} and m.status = 'active' and (${named})`);
  return row;
}

/** Lets somebody in by an invitation, once. @returns undefined for whatever hinders it. */
export async function admitByInvitation(
  context: Context,
  invitationHash: string,
  person: Person,
): Promise<{ orgId: string; slug: string } | undefined> {
  try {
    return await acceptByHash(context, invitationHash, person);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
