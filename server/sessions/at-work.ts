import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import type { SessionUpdate, sessionAtWork, sessionsAtWork } from "./schema.ts";
import { lineOfLast } from "./words.ts";

type AtWork = z.output<typeof sessionAtWork>;

/** More than are at work in one team at once. */
const mostSessions = 200;

/** What streams comes in pieces of a few words: so many reach back to where the sentence began. */
const mostPieces = 40;

/** The sessions in which agents have a team's tasks in hand, and how many run for none. @throws AppError not_found */
export async function readAtWork(context: Context, teamId: string): Promise<z.output<typeof sessionsAtWork>> {
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const sessions = await readLines(context, sql`s.org_id = ${actor.orgId} and s.team_id = ${teamId}`);
  // Of other people's sessions nobody learns more than that an agent is busy.
  const [free] = await tx.execute<{ running: number }>(sql`select count(*)::int as running from sessions s
    where s.org_id = ${actor.orgId} and s.team_id = ${teamId} and s.agent_kind is not null and s.status = 'running'
      and (s.agent_id is null or not exists (select 1 from leases l
        where l.org_id = s.org_id and l.agent_id = s.agent_id and l.ended_at is null))`);
  return { sessions: sessions.map(({ session }) => session), free: free?.running ?? 0 };
}

/** Where the sessions among these that belong to tasks stand now, with the channels to tell it on. For the system, across organizations. */
export const readToldLines = (context: Context, sessionIds: readonly string[]) =>
  readLines(context, sql`s.id = any(${`{${sessionIds.join(",")}}`}::uuid[])`);

/** One statement for all of them: each line is in the last few chunks, of which what can be long is left where it lies. */
async function readLines({ tx }: Context, where: SQL) {
  const rows = await tx.execute<
    Omit<AtWork, "line"> & {
      orgId: string;
      teamId: string;
      epoch: number;
      told: SessionUpdate[];
    } & Record<string, unknown>
  >(sql`select s.id, s.task_id as "taskId", a.name as agent, s.status, s.org_id as "orgId", s.team_id as "teamId",
      coalesce(x.epoch, 0) as epoch, coalesce(c.seq, 0)::float8 as seq, ${isoTime(sql`coalesce(c.at, s.last_used_at, s.started_at)`)} as at,
      coalesce(c.told, '[]') as told
    from (select distinct on (s.org_id, s.task_id) s.* from sessions s
        join tasks t on t.org_id = s.org_id and t.id = s.task_id and t.status in ('in_progress', 'blocked')
      where ${where} and s.agent_kind is not null and s.agent_id is not null
        and s.status in ${livingStatuses}
      order by s.org_id, s.task_id, s.id desc limit ${mostSessions}) s
    join agents a on a.org_id = s.org_id and a.id = s.agent_id
    left join channel_epochs x on x.org_id = s.org_id and x.scope_id = s.team_id
    left join lateral (select max(c.seq) as seq, max(c.at) as at, json_agg(c.told order by c.seq desc) as told
      from (select c.seq, c.at, c.data - 'input' - 'output' - 'diff' as told from session_chunks c
        where c.org_id = s.org_id and c.session_id = s.id
          and c.kind in ('text', 'thought', 'tool', 'permission', 'question', 'error')
        order by c.seq desc limit ${mostPieces}) c) c on true`);
  return rows.map(({ orgId, teamId, epoch, told, ...session }) => ({
    ...{ orgId, teamId, epoch },
    session: { ...session, line: lineOfLast(told) },
  }));
}
