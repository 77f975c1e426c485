import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import { gateLogs } from "#db/schema/reviews.ts";
import type { Context } from "../context.ts";
import { readTask } from "../tasks/queries.ts";
import { findTeam } from "../teams/finding.ts";
import type { listedMerge, listMergesInput, mergePage, mergeState } from "./schema.ts";

type Listed = z.output<typeof listedMerge>;

/** Where the merge of a task stands. */
export async function readMergeState(context: Context, ref: string): Promise<z.output<typeof mergeState>> {
  const task = await readTask(context, ref);
  const latest = task.merges.at(-1) ?? null;
  const gate = latest?.gate ? { ...latest.gate, log: await readGateLog(context, latest.gate.id) } : null;
  const position = latest?.status === "queued" ? await positionOf(context, latest.id) : null;
  return { taskStatus: task.status, position, job: latest && { ...latest, gate } };
}

/** The merges of a team, newest first. */
export async function listMerges(
  context: Context,
  { teamId, status, before, limit }: z.output<typeof listMergesInput>,
): Promise<z.output<typeof mergePage>> {
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const rows = await tx.execute<Listed & Record<string, unknown>>(sql`select j.id,
      json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status) as task,
      json_build_object('id', r.id, 'name', r.name) as repo, j.commit, j.strategy, j.status,
      j.merge_commit as "mergeCommit", j.reason, ${isoTime(sql`j.created_at`)} as "createdAt",
      ${isoTime(sql`j.started_at`)} as "startedAt", ${isoTime(sql`j.finished_at`)} as "finishedAt"
    from merge_jobs j join tasks t on t.org_id = j.org_id and t.id = j.task_id
    join repos r on r.org_id = j.org_id and r.id = j.repo_id
    where j.org_id = ${actor.orgId} and j.team_id = ${teamId}
      ${status ? sql`and j.status = any(${`{${status.join(",")}}`}::text[])` : sql``}
      ${before ? sql`and j.id < ${before}` : sql``}
    order by j.id desc limit ${limit + 1}`);
  const merges = rows.slice(0, limit);
  return { merges, next: rows.length > limit ? (merges.at(-1)?.id ?? null) : null };
}

async function readGateLog({ tx, actor }: Context, gateRunId: string): Promise<string> {
  const [log] = await tx
    .select({ output: gateLogs.output })
    .from(gateLogs)
    .where(and(eq(gateLogs.orgId, actor.orgId), eq(gateLogs.gateRunId, gateRunId)));
  return log?.output ?? "";
}

async function positionOf({ tx, actor }: Context, jobId: string): Promise<number> {
  const [ahead] = await tx.execute<{ count: number }>(sql`select count(*)::int as count
    from merge_jobs mine join merge_jobs j on j.org_id = mine.org_id and j.repo_id = mine.repo_id
      and j.status in ('queued', 'testing') and (j.created_at, j.id) < (mine.created_at, mine.id)
    where mine.org_id = ${actor.orgId} and mine.id = ${jobId}`);
  return ahead?.count ?? 0;
}
