import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import { dollars } from "../budgets/words.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import type { listSessionsInput, Session } from "./schema.ts";

/** A session as its owner and its team read it. @throws AppError not_found, the same for missing and foreign. */
export async function readSession(context: Context, sessionId: string): Promise<Session> {
  const [session] = await readSessions(context, sql`s.id = ${sessionId}`, sql`limit 1`);
  if (!session) throw noSession(sessionId);
  return session;
}

export const noSession = (id: string): AppError =>
  new AppError("not_found", `There is no session ${id} here. start_session begins one.`);

/** A team's sessions, newest first. */
export async function listSessions(
  context: Context,
  { teamId, task: ref, before, limit }: z.output<typeof listSessionsInput>,
): Promise<{ sessions: Session[]; next: string | null }> {
  await findTeam(context, teamId);
  const task = ref ? await findTask(context, ref) : undefined;
  const where = sql`s.team_id = ${teamId} ${task ? sql`and s.task_id = ${task.id}` : sql``} ${before ? sql`and s.id < ${before}` : sql``}`;
  const rows = await readSessions(context, where, sql`order by s.id desc limit ${limit + 1}`);
  const sessions = rows.slice(0, limit);
  return { sessions, next: rows.length > limit ? (sessions.at(-1)?.id ?? null) : null };
}

async function readSessions({ tx, actor }: Context, where: SQL, page: SQL): Promise<Session[]> {
  const ofTeams = actor.teams === "all" ? sql`true` : sql`s.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[])`;
  const rows = await tx.execute<
    Omit<Session, "summary"> & Record<string, unknown>
  >(sql`select s.id, s.team_id as "teamId",
      s.agent_id as "agentId", s.user_id as "userId", case when t.id is null then null else json_build_object('id', t.id,
        'number', t.number, 'title', t.title) end as task, s.name, s.model, s.status, s.status_reason as "statusReason",
      s.agent_kind as "agentKind", s.mode, s.workspace_id as "workspaceId", s.sandbox_id as "sandboxId", s.parent_id as "parentId",
      s.turns, s.input_tokens::float8 as "inputTokens",
      s.output_tokens::float8 as "outputTokens", s.cache_read_tokens::float8 as "cacheReadTokens",
      s.cache_write_tokens::float8 as "cacheWriteTokens", s.cost_micros::float8 as "costMicros", s.calls,
      ${isoTime(sql`s.started_at`)} as "startedAt", ${isoTime(sql`s.ended_at`)} as "endedAt", s.end_reason as "endReason"
    from sessions s left join tasks t on t.org_id = s.org_id and t.id = s.task_id
    where s.org_id = ${actor.orgId} and ${ofTeams} and ${shownTo(actor)} and ${where} ${page}`);
  return rows.map((row) => ({ ...row, summary: summaryOf(row) }));
}

/**
 * Conversations are their owner's, and the admins'. One without an owner works for its team, and so is seen by it. What
 * only reports usage hides nothing.
 */
export const shownTo = ({ id, kind, permissions }: Context["actor"]): SQL =>
  kind === "system" || permissions.has("budgets:manage")
    ? sql`true`
    : sql`(s.agent_kind is null or s.user_id is null or s.user_id::text = ${id}) and s.status <> 'removed'`;

/** "1500 tokens, $0.004" */
function summaryOf(
  row: Pick<Session, "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "costMicros">,
) {
  const tokens = row.inputTokens + row.outputTokens + row.cacheReadTokens + row.cacheWriteTokens;
  return `${tokens} tokens, ${dollars(row.costMicros)}`;
}
