import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { visible } from "../human-requests/costs.ts";
import { shownTo } from "../sessions/queries.ts";
import { findTeam } from "../teams/finding.ts";
import type { listPoliciesInput, ToolPolicy } from "./schema.ts";

/** Policies that hold, those of whole teams first. */
export async function listPolicies(
  context: Context,
  { teamId, scope, scopeId }: z.output<typeof listPoliciesInput>,
): Promise<ToolPolicy[]> {
  if (teamId) await findTeam(context, teamId);
  return readPolicies(
    context,
    sql`p.removed_at is null and (p.expires_at is null or p.expires_at > now())
      ${teamId ? sql`and p.team_id = ${teamId}` : sql``} ${scope ? sql`and p.scope = ${scope}` : sql``}
      ${scopeId ? sql`and p.scope_id = ${scopeId}` : sql``}`,
  );
}

/** At most this many are shown; no team has more that anybody reads. */
const most = 1_000;

/** Of sessions only those that the actor sees. */
export async function readPolicies({ tx, actor }: Context, which: SQL): Promise<ToolPolicy[]> {
  const rows = await tx.execute<ToolPolicy & Record<string, unknown>>(sql`
    select p.id, p.team_id as "teamId", p.scope, p.scope_id as "scopeId", coalesce(a.name, s.name, m.name) as "scopeName",
      p.effect, p.subject, p.access, p.pattern, p.note, p.request_id as "requestId", p.created_by as "createdBy",
      ${isoTime(sql`p.created_at`)} as "createdAt", ${isoTime(sql`p.expires_at`)} as "expiresAt"
    from tool_policies p join teams m on m.org_id = p.org_id and m.id = p.team_id
    left join agents a on p.scope = 'agent' and a.org_id = p.org_id and a.id = p.scope_id
    left join sessions s on p.scope = 'session' and s.org_id = p.org_id and s.id = p.scope_id
    where p.org_id = ${actor.orgId} ${visible(actor.teams, sql`p.team_id`)} and (p.scope <> 'session' or (${shownTo(actor)})) and ${which}
    order by p.scope <> 'team', p.scope <> 'agent', p.effect = 'allow', p.effect, p.subject, p.pattern, p.id limit ${most}`);
  return [...rows];
}
