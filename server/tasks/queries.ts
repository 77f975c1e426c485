import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { type TaskStatus, taskStatuses } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { latestSeq } from "../events/feed.ts";
import { requestsOf } from "../human-requests/queries.ts";
import { readContext } from "../task-contexts/queries.ts";
import { readTaskSession } from "../task-sessions/queries.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import { findTask, type Task } from "./finding.ts";
import type {
  Board,
  boardInput,
  Card,
  dependentsInput,
  dependentTasks,
  listTasksInput,
  RelatedTask,
  Review,
  TaskDetail,
  taskFilters,
} from "./schema.ts";

/**
 * One row in the shape of a card for each task that `page` selects. What belongs to the cards is looked up for all of them
 * at once: task by task, a page of fifty reads six times as much. It is gathered before it is joined, since with every
 * further join planning doubles, and that is most of the time.
 */
function selectCards(orgId: string, page: SQL): SQL {
  const ofPage = (alias: string) =>
    sql`${sql.identifier(alias)}.org_id = ${orgId} and ${sql.identifier(alias)}.task_id = any(array(select id from page))`;
  return sql`with page as materialized (${page}), held as materialized (
    select l.task_id, l.id, l.fence, l.started_at, c.expires_at, l.agent_id, l.user_id
      from leases l left join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id where ${ofPage("l")} and l.ended_at is null
  ), about as materialized (
    select x.task_id, sum(x.messages)::int as messages, (array_agg(x.review) filter (where x.review is not null))[1] as review,
      (array_agg(x.merge) filter (where x.merge is not null))[1] as merge,
      (array_agg(x.asked) filter (where x.asked is not null))[1] as asked,
      sum(x.tokens)::float8 as tokens, sum(x.cost)::float8 as cost
    from (
      select m.task_id, count(*) as messages, null::json as review, null::json as merge, null::json as asked,
        0::bigint as tokens, 0::bigint as cost from messages m where ${ofPage("m")} group by 1
      union all (select distinct on (r.task_id) r.task_id, 0, json_build_object('attempt', r.attempt, 'verdict', r.verdict), null, null, 0, 0
        from reviews r where ${ofPage("r")} order by r.task_id, r.attempt desc)
      union all (select distinct on (j.task_id) j.task_id, 0, null, json_build_object('status', j.status, 'reason', j.reason), null, 0, 0
        from merge_jobs j where ${ofPage("j")} order by j.task_id, j.created_at desc)
      union all (select distinct on (h.task_id) h.task_id, 0, null, null, json_build_object('request', h.id, 'kind', h.kind,
          'title', h.title, 'since', ${isoTime(sql`h.created_at`)}), 0, 0
        from human_requests h where ${ofPage("h")} and h.status = 'pending' and h.blocks_task order by h.task_id, h.created_at)
      union all select c.task_id, 0, null, null, null, c.tokens, c.cost_micros from task_costs c where ${ofPage("c")}
    ) x group by x.task_id
  ), stopped as materialized (
    select x.scope_id as id, 'budget' as resource, 'The budget of ' || case b.scope when 'org' then 'the organization' when 'task' then 'this task'
        else 'its ' || b.scope end || ' is used up.' as reason from closed_budgets x
      join budgets b on b.org_id = x.org_id and b.id = x.budget_id where x.org_id = ${orgId} and b.scope in ('org', 'team', 'plan', 'task')
    union all select p.id, 'plan', 'Its plan ' || p.number || ' is paused.' from plans p
      where p.org_id = ${orgId} and p.status = 'paused' and p.id = any(array(select plan_id from page where plan_id is not null))
    union all select w.id, 'hours', 'It is outside of the working hours of its team.' from teams w
      where w.org_id = ${orgId} and w.id = any(array(select team_id from page)) and w.working_hours is not null
        and not within_working_hours(w.working_hours, now())
  )
  select t.id, t.number, t.team_id as "teamId", t.repo_id as "repoId", t.title, t.type, t.priority, t.status,
    case when t.assignee_id is null then null else json_build_object('kind', t.assignee_kind, 'id', t.assignee_id,
      'name', coalesce(aa.name, au.name, 'somebody')) end as assignee,
    case when l.id is null then null else json_build_object('id', l.id, 'fence', l.fence, 'since', ${isoTime(sql`l.started_at`)},
      'expiresAt', ${isoTime(sql`l.expires_at`)}, 'holder', json_build_object('kind', case when l.agent_id is null then 'user' else 'agent' end,
      'id', coalesce(l.agent_id, l.user_id), 'name', coalesce(aa.name, au.name, 'somebody'))) end as lease,
    t.dependencies, t.open_dependencies as "openDependencies", t.tags, t.branch, t.head_commit as "headCommit", t.rework,
    coalesce(b.messages, 0) as messages, b.review, b.merge, b.asked as "waitsFor",
    coalesce((select json_build_object('resource', w.resource, 'reason', w.reason, 'since', ${isoTime(sql`w.since`)}) from task_waits w
      where w.org_id = ${orgId} and w.task_id = t.id order by w.since limit 1),
      case when t.status = 'todo' and t.open_dependencies = 0 and t.archived_at is null then
        (select json_build_object('resource', s.resource, 'reason', s.reason, 'since', null) from stopped s
          where s.id in (t.id, t.plan_id, t.team_id, t.org_id) and not (s.resource = 'hours' and t.priority = 'critical')
          order by s.resource limit 1) end) as "waitsForResource",
    case when t.status = 'failed' then (select left(e.data->>'reason', 200) from events e
      where e.org_id = ${orgId} and e.task_id = t.id and e.type = 'task.status_changed' and e.data->>'to' = 'failed'
      order by e.seq desc limit 1) end as failure,
    coalesce(b.tokens, 0) as tokens, coalesce(b.cost, 0) as "costMicros", t.origin, t.tainted,
    ${isoTime(sql`t.created_at`)} as "createdAt", ${isoTime(sql`t.updated_at`)} as "updatedAt",
    ${isoTime(sql`t.status_changed_at`)} as "statusChangedAt", ${isoTime(sql`t.archived_at`)} as "archivedAt"
  from page t left join held l on l.task_id = t.id left join about b on b.task_id = t.id
    left join agents aa on aa.org_id = ${orgId} and aa.id = t.assignee_id and t.assignee_kind = 'agent'
    left join users au on au.id = t.assignee_id and t.assignee_kind = 'user'`;
}

type CardRow = Card & Record<string, unknown>;

/** Cards by id, in the order of their numbers; what is missing or foreign is left out. */
export async function cardsOf({ tx, actor }: Context, ids: readonly string[]): Promise<Card[]> {
  if (ids.length === 0) return [];
  const page = sql`select * from tasks t
    where t.org_id = ${actor.orgId} and t.id = any(${`{${ids.join(",")}}`}::uuid[]) ${visibleTeams(actor.teams)}`;
  return tx.execute<CardRow>(sql`${selectCards(actor.orgId, page)} order by t.number`);
}

/** One card. @throws AppError not_found */
export async function cardOf(context: Context, ref: string): Promise<Card> {
  const task = await findTask(context, ref);
  const [card] = await cardsOf(context, [task.id]);
  if (!card) throw new Error("a task that was found has no card");
  return card;
}

/** A page of a team's tasks, newest first, by keyset: as fast at a million tasks as at a thousand. */
export async function listTasks(context: Context, { teamId: named, ...input }: z.output<typeof listTasksInput>) {
  const teamId = teamMeant(context, named);
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const selected = sql`select * from tasks t where t.org_id = ${actor.orgId} and ${matching({ ...input, teamId })}
        ${input.status ? sql`and t.status = any(${`{${input.status.join(",")}}`}::text[])` : sql``}
        ${input.ready ? sql`and t.status = 'todo' and t.open_dependencies = 0` : sql``}
        ${input.before ? sql`and t.number < ${input.before}` : sql``}
      order by t.number desc limit ${input.limit + 1}`;
  const page = await tx.execute<CardRow>(sql`${selectCards(actor.orgId, selected)} order by t.number desc`);
  const tasks = page.slice(0, input.limit);
  return { tasks, next: page.length > input.limit ? (tasks.at(-1)?.number ?? null) : null };
}

/** The board of a team: a column per status with its total and its newest cards, as of one event. */
export async function readBoard(context: Context, input: z.output<typeof boardInput>): Promise<Board> {
  await findTeam(context, input.teamId);
  const { tx, actor } = context;
  // The number first: what is read after it is at least as new, and newer frames are applied again without harm.
  const seq = await latestSeq(context);
  const newest = sql`select k.* from unnest(${`{${taskStatuses.join(",")}}`}::text[]) as s(status),
    lateral (select * from tasks t where t.org_id = ${actor.orgId} and t.status = s.status and ${matching(input)}
      order by t.number desc limit ${input.limit}) k`;
  const [totals, cards] = [
    await tx.execute<{ status: TaskStatus; total: number }>(sql`select t.status, count(*)::int as total from tasks t
      where t.org_id = ${actor.orgId} and ${matching(input)} group by t.status`),
    await tx.execute<CardRow>(sql`${selectCards(actor.orgId, newest)} order by t.number desc`),
  ];
  const totalOf = new Map(totals.map(({ status, total }) => [status, total]));
  return {
    seq,
    columns: taskStatuses.map((status) => ({
      status,
      total: totalOf.get(status) ?? 0,
      cards: cards.filter((card) => card.status === status),
    })),
  };
}

/** The DAG of a team. */
export async function readGraph(context: Context, { teamId, archived }: { teamId: string; archived: boolean }) {
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const seq = await latestSeq(context);
  const first = sql`select * from tasks t
    where t.org_id = ${actor.orgId} and t.team_id = ${teamId} ${archived ? sql`` : sql`and t.archived_at is null`}
    order by t.number limit 2000`;
  const nodes = await tx.execute<CardRow>(sql`${selectCards(actor.orgId, first)} order by t.number`);
  const edges = await tx.execute<{ from: string; to: string }>(sql`select d.depends_on_id as "from", d.task_id as "to"
    from task_dependencies d join tasks t on t.org_id = d.org_id and t.id = d.task_id
    where d.org_id = ${actor.orgId} and t.team_id = ${teamId} ${archived ? sql`` : sql`and t.archived_at is null`}`);
  const known = new Set(nodes.map(({ id }) => id));
  return { seq, nodes, edges: edges.filter(({ from, to }) => known.has(from) && known.has(to)) };
}

/** Everything about one task. */
export async function readTask(context: Context, ref: string): Promise<TaskDetail> {
  const { tx, actor, settings } = context;
  const task = await findTask(context, ref);
  const card = await cardOf(context, task.id);
  const related = (side: "depends_on_id" | "task_id", other: SQL) =>
    tx.execute<
      RelatedTask & Record<string, unknown>
    >(sql`select t.id, t.number, t.title, t.status from task_dependencies d
      join tasks t on t.org_id = d.org_id and t.id = d.${sql.identifier(side)}
      where d.org_id = ${actor.orgId} and ${other} = ${task.id} order by t.number`);
  const [repo] = task.repoId
    ? await tx.execute<{
        id: string;
        name: string;
        slug: string;
        defaultBranch: string;
        gateCommand: string;
        orgSlug: string;
      }>(sql`
        select r.id, r.name, r.slug, r.default_branch as "defaultBranch", r.gate_command as "gateCommand", o.slug as "orgSlug"
        from repos r join organizations o on o.org_id = r.org_id where r.org_id = ${actor.orgId} and r.id = ${task.repoId}`)
    : [];
  return {
    ...card,
    description: task.description,
    createdBy: task.createdBy,
    dependsOn: await related("depends_on_id", sql`d.task_id`),
    dependents: await related("task_id", sql`d.depends_on_id`),
    conversation: await tx.execute<
      TaskDetail["conversation"][number] & Record<string, unknown>
    >(sql`select m.id, m.thread_id as "threadId", m.sender as author, m.body,
      ${isoTime(sql`m.created_at`)} as "createdAt" from messages m where m.org_id = ${actor.orgId} and m.task_id = ${task.id} order by m.created_at, m.id`),
    context: (await readContext(context, { task: task.id })).context,
    reviews: await readReviews(context, task.id),
    merges: await readMerges(context, task.id),
    requests: await requestsOf(context, task.id),
    complexity: task.complexity,
    acceptanceCriteria: task.acceptanceCriteria,
    touches: task.touches,
    estimate: { minutes: task.estimateMinutes, tokens: task.estimateTokens, costMicros: task.estimateCostMicros },
    modelTier: task.modelTier,
    allowedTools: task.allowedTools,
    plan: await readPlanOf(context, task),
    output: await readOutput(context, task.id),
    session: await readTaskSession(context, task.id),
    conventions: (await findTeam(context, task.teamId)).conventions,
    repo: repo
      ? {
          id: repo.id,
          name: repo.name,
          defaultBranch: repo.defaultBranch,
          gateCommand: repo.gateCommand,
          cloneUrl: `${settings.publicUrl}/api/git/${repo.orgSlug}/${repo.slug}.git`,
        }
      : null,
  };
}

async function readPlanOf({ tx, actor }: Context, { planId, planKey }: Task): Promise<TaskDetail["plan"]> {
  if (!planId) return null;
  const [plan] = await tx.execute<{ id: string; number: number; title: string }>(
    sql`select id, number, title from plans where org_id = ${actor.orgId} and id = ${planId}`,
  );
  return plan ? { ...plan, key: planKey } : null;
}

/** An agent reads the whole of what went before in its context; here a page is enough. */
const outputCharacters = 20_000;

async function readOutput({ tx, actor }: Context, taskId: string): Promise<TaskDetail["output"]> {
  const [output] = await tx.execute<NonNullable<TaskDetail["output"]> & Record<string, unknown>>(
    sql`select left(output, ${outputCharacters}) as text, stored_by as by, ${isoTime(sql`stored_at`)} as at
      from task_outputs where org_id = ${actor.orgId} and task_id = ${taskId}`,
  );
  return output ?? null;
}

/** What waits for a task; with `transitive`, also what waits for that, the nearest first. */
export async function readDependents(
  context: Context,
  { task: ref, transitive }: z.output<typeof dependentsInput>,
): Promise<z.output<typeof dependentTasks>> {
  const { tx, actor } = context;
  const task = await findTask(context, ref);
  const dependents = await tx.execute<
    z.output<typeof dependentTasks>["dependents"][number] & Record<string, unknown>
  >(sql`with recursive waiting(id, distance) as (
      select d.task_id, 1 from task_dependencies d where d.org_id = ${actor.orgId} and d.depends_on_id = ${task.id}
      union
      select d.task_id, w.distance + 1 from waiting w join task_dependencies d on d.org_id = ${actor.orgId} and d.depends_on_id = w.id
       where ${transitive} and w.distance < 50
    )
    select t.id, t.number, t.title, t.status, t.open_dependencies as "openDependencies", min(w.distance) as distance
      from waiting w join tasks t on t.org_id = ${actor.orgId} and t.id = w.id ${visibleTeams(actor.teams)}
     group by t.id, t.number, t.title, t.status, t.open_dependencies order by min(w.distance), t.number limit 1000`);
  return { dependents };
}

async function readReviews({ tx, actor }: Context, taskId: string): Promise<Review[]> {
  return tx.execute<
    Review & Record<string, unknown>
  >(sql`select r.id, r.attempt, r.commit, r.base_commit as "baseCommit", r.author, r.summary,
    case when a.id is null then null else json_build_object('id', a.id, 'name', a.name) end as reviewer,
    r.verdict, r.verdict_by as "verdictBy", r.verdict_text as "verdictText", ${isoTime(sql`r.created_at`)} as "createdAt",
    ${isoTime(sql`r.decided_at`)} as "decidedAt",
    case when r.verdict = 'pending' then missing_approvals(r.org_id, r.id) else '{"people":0,"agents":0}'::jsonb end as missing,
    coalesce((select json_agg(json_build_object('by', p.by, 'text', p.text, 'at', ${isoTime(sql`p.created_at`)}) order by p.created_at, p.actor_id)
      from review_approvals p where p.org_id = r.org_id and p.review_id = r.id), '[]') as approvals,
    coalesce((select json_agg(json_build_object('kind', q.kind, 'id', q.id, 'name', coalesce(qa.name, qu.name, 'somebody')))
      from jsonb_to_recordset(r.asked) as q(kind text, id uuid) left join agents qa on qa.org_id = r.org_id and qa.id = q.id
      left join users qu on qu.id = q.id), '[]') as asked,
    coalesce((select json_agg(json_build_object('id', k.id, 'author', k.author, 'path', k.path, 'line', k.line, 'side', k.side,
      'body', k.body, 'createdAt', ${isoTime(sql`k.created_at`)}) order by k.created_at, k.id) from review_comments k
      where k.org_id = r.org_id and k.review_id = r.id), '[]') as comments
    from reviews r left join agents a on a.org_id = r.org_id and a.id = r.reviewer_id
    where r.org_id = ${actor.orgId} and r.task_id = ${taskId} order by r.attempt`);
}

/** A task says how its gates ended; the whole log of the latest is read with get_merge_status. */
const logTail = 8_000;

async function readMerges({ tx, actor }: Context, taskId: string): Promise<TaskDetail["merges"]> {
  return tx.execute<
    TaskDetail["merges"][number] & Record<string, unknown>
  >(sql`select j.id, j.status, j.commit, j.merge_commit as "mergeCommit",
    j.reason, ${isoTime(sql`j.created_at`)} as "createdAt", ${isoTime(sql`j.finished_at`)} as "finishedAt",
    case when g.id is null then null else json_build_object('id', g.id, 'tree', g.tree, 'command', g.command, 'sandbox', g.sandbox,
      'passed', g.passed, 'exitCode', g.exit_code, 'outcome', g.outcome, 'durationMs', g.duration_ms,
      'log', coalesce(right(o.output, ${logTail}), ''), 'createdAt', ${isoTime(sql`g.created_at`)}) end as gate
    from merge_jobs j left join gate_runs g on g.org_id = j.org_id and g.id = j.gate_run_id
    left join gate_logs o on o.org_id = g.org_id and o.gate_run_id = g.id
    where j.org_id = ${actor.orgId} and j.task_id = ${taskId} order by j.created_at`);
}

function matching(filters: Omit<z.output<typeof taskFilters>, "status" | "ready">): SQL {
  const number = /^#?(\d{1,9})$/.exec(filters.q ?? "")?.[1];
  const words = `%${(filters.q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return sql.join(
    [
      sql`t.team_id = ${filters.teamId}`,
      filters.archived ? sql`t.archived_at is not null` : sql`t.archived_at is null`,
      ...(number ? [sql`t.number = ${Number(number)}`] : []),
      ...(filters.q && !number ? [sql`(t.title ilike ${words} or t.description ilike ${words})`] : []),
      ...(filters.assigneeId ? [sql`t.assignee_id = ${filters.assigneeId}`] : []),
      ...(filters.repoId ? [sql`t.repo_id = ${filters.repoId}`] : []),
      ...(filters.priority ? [sql`t.priority = any(${`{${filters.priority.join(",")}}`}::text[])`] : []),
      ...(filters.tag ? [sql`${filters.tag} = any(t.tags)`] : []),
    ],
    sql` and `,
  );
}

const visibleTeams = (teams: "all" | readonly string[]): SQL =>
  teams === "all" ? sql`` : sql`and t.team_id = any(${`{${teams.join(",")}}`}::uuid[])`;
