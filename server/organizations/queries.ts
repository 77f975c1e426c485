import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { pauseOf } from "../pauses/queries.ts";
import type { Organization, OrgList } from "./schema.ts";

const columns = sql`o.org_id as id, o.name, o.slug, ${isoTime(sql`o.created_at`)} as "createdAt", ${pauseOf("o")} as paused`;

/** The organizations a person is in, the first joined first. A key knows only its own. */
export async function listOrganizations({ tx, actor }: Context): Promise<OrgList> {
  const organizations = await tx.execute<OrgList["organizations"][number] & Record<string, unknown>>(sql`
    select ${columns}, m.role from memberships m join organizations o on o.org_id = m.org_id
     where m.user_id = ${actor.id} and m.status = 'active' ${actor.keyId ? sql`and m.org_id = ${actor.orgId}` : sql``}
     order by m.created_at, m.org_id`);
  return { organizations };
}

/** The actor's organization, and who the actor is in it. */
export async function readOrganization({ tx, actor }: Context) {
  const [organization] = await tx.execute<Organization & Record<string, unknown>>(
    sql`select ${columns} from organizations o where o.org_id = ${actor.orgId}`,
  );
  if (!organization) throw new AppError("not_found", "There is no such organization here.");
  const { kind, id, name, role, permissions } = actor;
  return { organization, you: { kind, id, name, role, permissions: [...permissions] } };
}
