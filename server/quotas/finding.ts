import { sql } from "drizzle-orm";
import type { OrgRole } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

/** An active member of the organization with their teams. @throws AppError not_found */
export async function findMember({ tx, actor }: Context, userId: string) {
  const [member] = await tx.execute<{ id: string; name: string; role: OrgRole; teams: string[] }>(sql`
    select u.id, u.name, m.role, array(select tm.team_id::text from team_members tm where tm.org_id = m.org_id and tm.user_id = m.user_id) as teams
    from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.orgId} and m.user_id = ${userId} and m.status = 'active'`);
  if (!member) throw new AppError("not_found", `There is no active member ${userId} here. list_members shows them.`);
  return member;
}
