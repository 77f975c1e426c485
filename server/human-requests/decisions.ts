import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import { costWords, costsOf, visible } from "./costs.ts";
import { listPending } from "./queries.ts";
import type { Decision, waitingInput, waitingResult } from "./schema.ts";

/** At most this many of each kind; an inbox longer than that is not read to its end. */
const most = 200;

/**
 * Tasks that go on only when a person decides: to review where no agent of the team does (any more) or people's approvals are
 * missing, to merge by hand, failed, or reported as blocked without a question.
 */
async function listDecisions({ tx, actor }: Context, teamId: string | undefined): Promise<Decision[]> {
  const rows = await tx.execute<Decision & Record<string, unknown>>(sql`with recursive page as materialized (
      select t.id as root, t.* from tasks t where t.org_id = ${actor.orgId} and t.archived_at is null
        and t.status in ('in_review', 'in_approval', 'failed', 'blocked') ${visible(actor.teams, sql`t.team_id`)}
        ${teamId ? sql`and t.team_id = ${teamId}` : sql``}
        and (t.status <> 'blocked' or not exists (select 1 from human_requests h where h.org_id = t.org_id
          and h.task_id = t.id and h.status = 'pending' and h.blocks_task))
        and (t.status <> 'in_review' or not exists (select 1 from agents a where a.org_id = t.org_id and a.team_id = t.team_id
          and a.role = 'reviewer' and a.status = 'active'
          and (not a.is_demonstration or exists (select 1 from plan_crews c join agents d on d.org_id = c.org_id and d.id = t.assignee_id
            where c.org_id = t.org_id and c.plan_id = t.plan_id and c.finished_at is null and d.is_demonstration))
          and not exists (select 1 from reviews v where v.org_id = t.org_id and v.task_id = t.id and v.verdict = 'pending'
            and a.id = any(v.declined_by))) or exists (select 1 from reviews v where v.org_id = t.org_id
          and v.task_id = t.id and v.verdict = 'pending' and (missing_approvals(v.org_id, v.id)->>'people')::int > 0))
      order by t.status_changed_at limit ${most}
    ), ${costsOf(actor.orgId)}
    select t.status as kind, json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status) as task,
      t.team_id as "teamId", m.name as "teamName", ${isoTime(sql`t.status_changed_at`)} as since,
      case when t.assignee_id is null then null else json_build_object('kind', t.assignee_kind, 'id', t.assignee_id,
        'name', coalesce(a.name, u.name, 'somebody')) end as by,
      case when t.status in ('in_review', 'in_approval') then r.summary else e.data->>'reason' end as words,
      ${costWords(sql`greatest(c.tasks, 1)`, sql`coalesce(c.agents, 0)`, sql`c.chain`)} as cost
    from page t join teams m on m.org_id = t.org_id and m.id = t.team_id left join cost c on c.root = t.id
    left join agents a on a.org_id = t.org_id and a.id = t.assignee_id and t.assignee_kind = 'agent'
    left join users u on u.id = t.assignee_id and t.assignee_kind = 'user'
    left join lateral (select r.summary from reviews r where r.org_id = t.org_id and r.task_id = t.id
      order by r.attempt desc limit 1) r on true
    left join lateral (select e.data from events e where e.org_id = t.org_id and e.task_id = t.id
      and e.type = 'task.status_changed' order by e.seq desc limit 1) e on true`);
  return [...rows];
}

/** Everything that waits for a person, in one ranked list. */
export async function listWaiting(
  context: Context,
  { teamId }: z.output<typeof waitingInput>,
): Promise<z.output<typeof waitingResult>> {
  if (teamId) await findTeam(context, teamId);
  const { seq, requests, total } = await listPending(context, { teamId, limit: most });
  const decisions = await listDecisions(context, teamId);
  const items = [
    ...requests.map((request) => ({ id: request.id, request, decision: null })),
    ...decisions.map((decision) => ({ id: decision.task.id, request: null, decision })),
  ];
  items.sort((one, other) => compare(rankOf(one), rankOf(other)));
  return { seq, items, total: total + decisions.length };
}

type Item = z.output<typeof waitingResult>["items"][number];

/** The order of `get_pending_requests`: raised ones, then what holds up most, then the oldest. */
function rankOf({ request, decision }: Item): (number | string)[] {
  const cost = request?.cost ?? decision?.cost ?? { tasks: 0, agents: 0, criticalPath: 0 };
  const since = request?.createdAt ?? decision?.since ?? "";
  return [request?.escalatedAt ? 0 : 1, -(cost.agents + cost.criticalPath), -cost.tasks, since];
}

function compare(one: (number | string)[], other: (number | string)[]): number {
  for (const [place, value] of one.entries()) {
    const against = other[place] ?? "";
    if (value !== against) return value < against ? -1 : 1;
  }
  return 0;
}
