import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { latestSeq } from "../events/feed.ts";
import { shownTo } from "../sessions/queries.ts";
import { findTask } from "../tasks/finding.ts";
import type { TaskDetail } from "../tasks/schema.ts";
import { findTeam } from "../teams/finding.ts";
import { costsOf, costWords, visible } from "./costs.ts";
import { findRequest } from "./finding.ts";
import type { HumanRequest, listInput, listPoliciesInput, Policy, pendingInput } from "./schema.ts";

/** Whoever asks without a task waits alone. */
const agents = sql`greatest(coalesce(c.agents, 0), (h.asked_by->>'kind' = 'agent')::int)`;

/** Most costly first: what was escalated, then agents and chain held up, then the oldest. */
const ranked = sql`(h.escalated_at is null), ${agents} + coalesce(c.chain, 0) desc, coalesce(c.tasks, 0) desc, h.created_at, h.id`;

function selectRequests({ actor }: Context, page: SQL, order: SQL): SQL {
  const { orgId } = actor;
  return sql`with recursive page as materialized (select h.*,
      case when h.status = 'pending' and h.blocks_task then h.task_id end as root from (${page}) h), ${costsOf(orgId)}
    select h.id, h.kind, h.status, h.title, h.detail, h.schema, h.options, h.action, h.action_hash as "actionHash",
      nullif(h.data#>'{permission,rules}', 'null') as lasting,
      h.team_id as "teamId", m.name as "teamName",
      case when t.id is null then null else json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status) end as task,
      case when r.id is null then null else json_build_object('id', r.id, 'name', r.name) end as repo,
      h.session_id as "sessionId", case when s.id is null then null else json_build_object('id', s.id, 'name', s.name) end as session,
      h.asked_by as "askedBy", h.blocks_task as "blocksTask",
      case when h.status <> 'pending' then null else ${costWords(sql`c.tasks`, agents, sql`c.chain`)} end as cost,
      ${isoTime(sql`h.created_at`)} as "createdAt", ${isoTime(sql`h.expires_at`)} as "expiresAt",
      ${isoTime(sql`h.escalated_at`)} as "escalatedAt", h.answer, h.closed_by as "closedBy",
      ${isoTime(sql`h.closed_at`)} as "closedAt", h.reason, h.policy_id as "policyId", ${isoTime(sql`h.consumed_at`)} as "consumedAt",
      count(*) over ()::int as total
    from page h join teams m on m.org_id = ${orgId} and m.id = h.team_id
    left join tasks t on t.org_id = ${orgId} and t.id = h.task_id
    left join repos r on r.org_id = ${orgId} and r.id = t.repo_id
    left join sessions s on s.org_id = ${orgId} and s.id = h.session_id and ${shownTo(actor)}
    left join cost c on c.root = h.root order by ${order}`;
}

type Row = HumanRequest & { total: number } & Record<string, unknown>;

/** One request as everybody reads it. @throws AppError not_found */
export async function readRequest(context: Context, id: string): Promise<HumanRequest> {
  await findRequest(context, id);
  const { tx, actor } = context;
  const page = sql`select * from human_requests where org_id = ${actor.orgId} and id = ${id}`;
  const [request] = await tx.execute<Row>(selectRequests(context, page, sql`h.id`));
  if (!request) throw new Error("a request that was found cannot be read");
  return request;
}

/** At most this many are ranked against each other: the oldest. */
const mostRanked = 500;

type Pending = Pick<z.output<typeof pendingInput>, "limit"> & Partial<z.output<typeof pendingInput>>;

/** What waits for people, most costly first. */
export async function listPending(context: Context, input: Pending) {
  const { tx, actor } = context;
  if (input.teamId) await findTeam(context, input.teamId);
  const task = input.task ? await findTask(context, input.task) : undefined;
  const seq = await latestSeq(context);
  const page = sql`select * from human_requests h where h.org_id = ${actor.orgId} and h.status = 'pending'
    ${visible(actor.teams, sql`h.team_id`)} ${input.teamId ? sql`and h.team_id = ${input.teamId}` : sql``}
    ${task ? sql`and h.task_id = ${task.id}` : sql``} ${input.kind ? sql`and h.kind = any(${`{${input.kind.join(",")}}`}::text[])` : sql``}
    order by h.created_at limit ${mostRanked}`;
  const rows = await tx.execute<Row>(sql`${selectRequests(context, page, ranked)} limit ${input.limit}`);
  return { seq, requests: [...rows], total: rows[0]?.total ?? 0 };
}

/** All requests, newest first: what was asked, who answered what. */
export async function listRequests(context: Context, input: z.output<typeof listInput>) {
  const { tx, actor } = context;
  if (input.teamId) await findTeam(context, input.teamId);
  const page = sql`select * from human_requests h where h.org_id = ${actor.orgId} ${visible(actor.teams, sql`h.team_id`)}
    ${input.teamId ? sql`and h.team_id = ${input.teamId}` : sql``} ${input.before ? sql`and h.id < ${input.before}` : sql``}
    ${input.status ? sql`and h.status = any(${`{${input.status.join(",")}}`}::text[])` : sql``} order by h.id desc limit ${input.limit + 1}`;
  const rows = await tx.execute<Row>(selectRequests(context, page, sql`h.id desc`));
  const requests = rows.slice(0, input.limit);
  return { requests, next: rows.length > input.limit ? (requests.at(-1)?.id ?? null) : null };
}

/** Standing permissions, newest first; those that hold, unless asked for all. */
export async function listPolicies(
  context: Context,
  { teamId, ended, only }: z.output<typeof listPoliciesInput> & { only?: string },
): Promise<Policy[]> {
  const { tx, actor } = context;
  if (teamId) await findTeam(context, teamId);
  const rows = await tx.execute<
    Policy & Record<string, unknown>
  >(sql`select p.id, p.team_id as "teamId", m.name as "teamName",
      case when r.id is null then null else json_build_object('id', r.id, 'name', r.name) end as repo, p.action_pattern as action,
      p.request_id as "requestId", p.created_by as "createdBy", ${isoTime(sql`p.created_at`)} as "createdAt",
      ${isoTime(sql`p.expires_at`)} as "expiresAt", ${isoTime(sql`p.revoked_at`)} as "revokedAt", p.revoked_by as "revokedBy",
      (select count(*)::int from human_requests h where h.org_id = p.org_id and h.policy_id = p.id) as uses
    from approval_policies p join teams m on m.org_id = p.org_id and m.id = p.team_id
    left join repos r on r.org_id = p.org_id and r.id = p.repo_id
    where p.org_id = ${actor.orgId} ${visible(actor.teams, sql`p.team_id`)} ${teamId ? sql`and p.team_id = ${teamId}` : sql``}
      ${only ? sql`and p.id = ${only}` : sql``}
      ${ended ? sql`` : sql`and p.revoked_at is null and (p.expires_at is null or p.expires_at > now())`}
    order by p.id desc limit 200`);
  return [...rows];
}

type Asked = TaskDetail["requests"][number];

/** What people were asked about a task, newest first: for its page, and for who goes on with it. */
export async function requestsOf({ tx, actor }: Context, taskId: string): Promise<Asked[]> {
  return tx.execute<Asked & Record<string, unknown>>(sql`select h.id, h.kind, h.status, h.title, h.detail,
      h.asked_by as "askedBy", h.blocks_task as "blocksTask", ${isoTime(sql`h.created_at`)} as "createdAt", h.answer,
      h.closed_by as "closedBy", ${isoTime(sql`h.closed_at`)} as "closedAt", h.reason
    from human_requests h where h.org_id = ${actor.orgId} and h.task_id = ${taskId} order by h.created_at desc, h.id desc limit 50`);
}

/** What an asker does now. */
export function nextStep({ id, status, blocksTask, task, closedBy, reason, policyId }: HumanRequest): string {
  const on = task ? ` Go on with #${task.number}.` : "";
  if (status === "resolved") return `${policyId ? "Granted by" : "Answered by"} ${closedBy?.name ?? "somebody"}.${on}`;
  if (status === "expired")
    return `Nobody answered in time.${task ? ` Decide yourself what is safe, ask again, or report #${task.number} as failed.` : " Decide yourself what is safe, or ask again."}`;
  if (status === "withdrawn") return `No answer will come: ${reason ?? "it was withdrawn"} Call wait_for_work.`;
  const waits = blocksTask && task ? `#${task.number} is blocked and your lease on it stands still. ` : "";
  return `Nobody has answered yet. ${waits}Wait on with ask_human { request: "${id}" }, or call wait_for_work: it brings the answer.`;
}
