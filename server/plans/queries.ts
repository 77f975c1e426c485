import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { latestSeq } from "../events/feed.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import { coverageOf } from "./coverage.ts";
import { type Difference, differencesBetween } from "./difference.ts";
import { documentOf, findPlan } from "./finding.ts";
import { readRevision } from "./revising.ts";
import type { listPlansInput, Plan, PlanDetail, PlanRun, versionResult } from "./schema.ts";

const selectPlans = (
  where: SQL,
) => sql`select p.id, p.number, p.team_id as "teamId", p.repo_id as "repoId", p.title, p.status,
    p.rigor, p.mode, p.claim_seconds as "claimSeconds", p.latest_version as "latestVersion", p.approved_version as "approvedVersion",
    p.reason, p.created_by as "createdBy", ${isoTime(sql`p.created_at`)} as "createdAt", ${isoTime(sql`p.updated_at`)} as "updatedAt",
    coalesce(k.tasks, 0) as tasks, coalesce(k.done, 0) as done, coalesce(u.cost, 0)::float8 as "costMicros",
    b.cap_micros::float8 as "capMicros"
  from plans p
  left join lateral (select count(*)::int as tasks, count(*) filter (where t.status = 'done')::int as done
    from tasks t where t.org_id = p.org_id and t.plan_id = p.id) k on true
  left join lateral (select sum(c.cost_micros) as cost from tasks t join task_costs c on c.org_id = t.org_id and c.task_id = t.id
    where t.org_id = p.org_id and t.plan_id = p.id) u on true
  left join budgets b on b.org_id = p.org_id and b.scope_id = p.id and b.period = 'life' and b.removed_at is null
  where ${where}`;

type PlanRow = Plan & Record<string, unknown>;

/** The plans of a team, newest first, by keyset. */
export async function listPlans(
  context: Context,
  { teamId: named, status, before, limit }: z.output<typeof listPlansInput>,
) {
  const teamId = teamMeant(context, named);
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const rows = await tx.execute<PlanRow>(
    sql`${selectPlans(sql`p.org_id = ${actor.orgId} and p.team_id = ${teamId}
      ${status ? sql`and p.status = any(${`{${status.join(",")}}`}::text[])` : sql``}
      ${before ? sql`and p.number < ${before}` : sql``}`)} order by p.number desc limit ${limit + 1}`,
  );
  const plans = rows.slice(0, limit);
  return { plans, next: rows.length > limit ? (plans.at(-1)?.number ?? null) : null };
}

/** One plan as a list shows it. @throws AppError not_found */
export async function readPlan(context: Context, planId: string): Promise<Plan> {
  await findPlan(context, planId);
  const [row] = await context.tx.execute<PlanRow>(
    selectPlans(sql`p.org_id = ${context.actor.orgId} and p.id = ${planId}`),
  );
  if (!row) throw new Error("a plan that was found cannot be read");
  return row;
}

/** Everything about one plan: what is wanted, its versions, the newest whole, and what of the wishes it meets. */
export async function readPlanDetail(context: Context, planId: string): Promise<PlanDetail> {
  const found = await findPlan(context, planId);
  const { requirements, files } = found;
  const plan = await readPlan(context, planId);
  const { tx, actor } = context;
  type Row = PlanDetail["versions"][number] & Record<string, unknown>;
  const versions = await tx.execute<Row>(sql`select v.version, v.status, v.source, v.written_with as "writtenWith",
      v.created_by as "createdBy", ${isoTime(sql`v.created_at`)} as "createdAt"
    from plan_versions v where v.org_id = ${actor.orgId} and v.plan_id = ${planId} order by v.version desc limit 200`);
  const [newest] = versions;
  const document = newest && (await documentOf(context, planId, newest.version));
  const coverage = document ? coverageOf(requirements, document) : [];
  return {
    ...plan,
    ...{ requirements, files, versions, coverage },
    writing: await readWriting(context, planId),
    revision: await readRevision(context, found),
    draft: newest && document ? { version: newest.version, status: newest.status, document } : null,
    uncovered: coverage.filter(({ by }) => by.length === 0).map(({ number }) => number),
  };
}

async function readWriting({ tx, actor }: Context, planId: string): Promise<PlanDetail["writing"]> {
  type Row = NonNullable<PlanDetail["writing"]> & Record<string, unknown>;
  const [writing] = await tx.execute<Row>(sql`select ${isoTime(sql`w.requested_at`)} as "requestedAt",
      w.requested_by as "requestedBy", w.progress, w.finished_at is null as "isRunning", w.error
    from plan_writings w where w.org_id = ${actor.orgId} and w.plan_id = ${planId}`);
  return writing ?? null;
}

/** One version whole; the newest when none is named. */
export async function readVersion(
  context: Context,
  { planId, version }: { planId: string; version?: number | undefined },
): Promise<z.output<typeof versionResult>> {
  const detail = await readPlanDetail(context, planId);
  const wanted = version ?? detail.latestVersion;
  const row = detail.versions.find((one) => one.version === wanted);
  if (!row)
    throw new AppError(
      "not_found",
      wanted === 0 ? "The plan is not written yet." : `The plan has no version ${wanted}. get_plan lists those it has.`,
    );
  return { version: { ...row, document: await documentOf(context, planId, wanted) } };
}

/** What one version says differently from another. */
export async function compareVersions(
  context: Context,
  { planId, olderVersion, newerVersion }: { planId: string; olderVersion: number; newerVersion: number },
): Promise<{ differences: Difference[] }> {
  await findPlan(context, planId);
  const [before, after] = [
    await documentOf(context, planId, olderVersion),
    await documentOf(context, planId, newerVersion),
  ];
  return { differences: differencesBetween(before, after) };
}

/** The tasks of an approved plan as they stand, with the edges between them. */
export async function readPlanRun(context: Context, { planId }: { planId: string }): Promise<PlanRun> {
  await findPlan(context, planId);
  const { tx, actor } = context;
  const seq = await latestSeq(context);
  type Row = Omit<PlanRun["nodes"][number], "blocks"> & Record<string, unknown>;
  // What belongs to the tasks is gathered for all of them at once: task by task, a thousand take seconds.
  const ofPage = (alias: string) =>
    sql`${sql.identifier(alias)}.org_id = ${actor.orgId} and ${sql.identifier(alias)}.task_id = any(array(select id from page))`;
  const nodes = await tx.execute<Row>(sql`with page as materialized (
      select * from tasks t where t.org_id = ${actor.orgId} and t.plan_id = ${planId}
    ), began as materialized (
      select x.task_id, min(x.started_at) as at from leases x where ${ofPage("x")} group by 1
    ), costs as materialized (select c.task_id, c.cost_micros from task_costs c where ${ofPage("c")}
    ), asks as materialized (
      select distinct on (h.task_id) h.task_id, json_build_object('kind', h.kind, 'title', h.title) as ask from human_requests h
        where ${ofPage("h")} and h.status = 'pending' and h.blocks_task order by h.task_id, h.created_at
    ), waits as materialized (
      select d.task_id, array_agg(p.number order by p.number) as numbers from task_dependencies d
        join tasks p on p.org_id = ${actor.orgId} and p.id = d.depends_on_id where ${ofPage("d")} and p.status <> 'done' group by 1)
    select t.id, t.number, coalesce(t.plan_key, '') as key, t.title, t.type, t.status,
      t.open_dependencies as "openDependencies", t.path_minutes as "pathMinutes", t.estimate_minutes as "estimateMinutes",
      (extract(epoch from case when t.status in ('done', 'failed', 'cancelled') then t.status_changed_at else now() end - l.at) / 60)::float8 as minutes,
      coalesce(c.cost_micros, 0)::float8 as "costMicros", coalesce(a.name, u.name) as agent,
      coalesce(w.numbers, '{}') as "waitsFor", q.ask as asks
    from page t left join costs c on c.task_id = t.id left join began l on l.task_id = t.id
    left join asks q on q.task_id = t.id left join waits w on w.task_id = t.id
    left join agents a on a.org_id = ${actor.orgId} and a.id = t.assignee_id and t.assignee_kind = 'agent'
    left join users u on u.id = t.assignee_id and t.assignee_kind = 'user'
    order by t.number`);
  const edges = await tx.execute<{ from: string; to: string }>(sql`with page as materialized (
      select t.id from tasks t where t.org_id = ${actor.orgId} and t.plan_id = ${planId})
    select d.depends_on_id as "from", d.task_id as "to" from task_dependencies d
      where ${ofPage("d")} and d.depends_on_id = any(array(select id from page))`);
  const blocks = downstreamCounts(
    nodes.map(({ id }) => id),
    edges,
  );
  return { seq, nodes: nodes.map((node) => ({ ...node, blocks: blocks.get(node.id) ?? 0 })), edges: [...edges] };
}

/** How many others wait for each, directly and further on. Bits, since a thousand sets of a thousand would be slow. */
function downstreamCounts(ids: readonly string[], edges: readonly { from: string; to: string }[]): Map<string, number> {
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const dependents = new Map<string, string[]>();
  for (const { from, to } of edges) dependents.set(from, [...(dependents.get(from) ?? []), to]);
  const sets = new Map<string, bigint>();
  const setOf = (id: string): bigint => {
    const known = sets.get(id);
    if (known !== undefined) return known;
    let set = 0n;
    for (const next of dependents.get(id) ?? []) set |= setOf(next) | (1n << BigInt(placeOf.get(next) ?? 0));
    sets.set(id, set);
    return set;
  };
  return new Map(ids.map((id) => [id, countBits(setOf(id))]));
}

const countBits = (set: bigint): number => set.toString(2).replaceAll("0", "").length;
