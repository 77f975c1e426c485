import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import type { Learning, listLearningsInput } from "./schema.ts";

/** What a team learned, newest first. */
export async function listLearnings(
  context: Context,
  { teamId, task: ref, kind, limit }: z.output<typeof listLearningsInput>,
): Promise<{ learnings: Learning[] }> {
  await findTeam(context, teamId);
  const task = ref ? await findTask(context, ref) : undefined;
  const which = sql`l.team_id = ${teamId} ${task ? sql`and l.task_id = ${task.id}` : sql``} ${kind ? sql`and l.kind = ${kind}` : sql``}`;
  return { learnings: await readLearnings(context, which, limit) };
}

export async function readLearnings({ tx, actor }: Context, which: SQL, limit: number): Promise<Learning[]> {
  return tx.execute<Learning & Record<string, unknown>>(sql`
    select l.id, l.team_id as "teamId", l.repo_id as "repoId", l.kind, l.body, l.source, l.created_by as by,
      ${isoTime(sql`l.created_at`)} as "createdAt", ${isoTime(sql`l.updated_at`)} as "updatedAt",
      case when t.id is null then null else json_build_object('id', t.id, 'number', t.number) end as task
      from learnings l left join tasks t on t.org_id = l.org_id and t.id = l.task_id
     where l.org_id = ${actor.orgId} and l.removed_at is null and ${which} order by l.created_at desc, l.id desc limit ${limit}`);
}
