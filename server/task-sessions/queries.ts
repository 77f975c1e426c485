import { sql } from "drizzle-orm";
import type { SessionStatus } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { lineOfLast } from "../sessions/words.ts";
import type { SessionUpdate } from "../sessions/schema.ts";

/** The session in which an agent works on a task, or worked last; null: none was begun here. */
export async function readTaskSession({ tx, actor }: Context, taskId: string) {
  const [session] = await tx.execute<{
    id: string;
    status: SessionStatus;
    agentKind: string;
    agent: string;
    lastSeq: number;
    told: SessionUpdate[];
  }>(sql`select s.id, s.status, s.agent_kind as "agentKind", a.name as agent,
      coalesce((select max(c.seq) from session_chunks c where c.org_id = s.org_id and c.session_id = s.id), 0)::float8 as "lastSeq",
      coalesce((select json_agg(x.data order by x.seq desc) from (select c.seq, c.data - 'input' - 'output' - 'diff' as data from session_chunks c
        where c.org_id = s.org_id and c.session_id = s.id order by c.seq desc limit 40) x), '[]') as told
    from sessions s join agents a on a.org_id = s.org_id and a.id = s.agent_id
      join session_runs r on r.org_id = s.org_id and r.session_id = s.id and r.review_id is null
    where s.org_id = ${actor.orgId} and s.task_id = ${taskId} and s.agent_kind is not null and s.status <> 'removed'
    order by s.id desc limit 1`);
  if (!session) return null;
  const { told, ...rest } = session;
  return { ...rest, lastLine: lineOfLast(told) };
}
