import { matchesGlob } from "node:path";
import { sql } from "drizzle-orm";
import type { ReviewerRef } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { changedFiles } from "../git/history.ts";
import { sendMessage } from "../messages/service.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import type { Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";

/** Enough for any change a person could read; bounds the time a request for review takes. */
const filesLooked = 2_000;

/** Whom the team's rules ask for a review of what the commit changes: each once, never its author. */
export async function whomRulesAsk(
  context: Context,
  task: Task,
  { commit, baseCommit }: { commit: string | null; baseCommit: string | null },
): Promise<ReviewerRef[]> {
  const { reviewRules } = await findTeam(context, task.teamId);
  if (reviewRules.length === 0 || !task.repoId || !commit || !baseCommit) return [];
  const repository = repositoryPath(context.settings, await findReadyRepo(context, task.repoId));
  const files = (await changedFiles(repository, baseCommit, commit)).slice(0, filesLooked);
  const asked = reviewRules
    .filter(({ paths }) => files.some(({ path }) => paths.some((glob) => matchesGlob(path, glob))))
    .flatMap(({ reviewers }) => reviewers)
    .filter(({ id }) => id !== context.actor.id);
  return whoIsThere(context, task, [...new Map(asked.map((who) => [`${who.kind}${who.id}`, who])).values()]);
}

/** Rules outlive people and agents: only those who are still of the team are asked. */
async function whoIsThere({ tx, actor }: Context, task: Task, asked: readonly ReviewerRef[]): Promise<ReviewerRef[]> {
  const rows = await tx.execute<{ kind: ReviewerRef["kind"]; id: string }>(sql`
    select q.kind, q.id from jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb) as q(kind text, id uuid)
     where (q.kind = 'agent' and exists (select 1 from agents a where a.org_id = ${actor.orgId} and a.id = q.id
         and a.team_id = ${task.teamId} and a.status <> 'archived'))
       or (q.kind = 'user' and exists (select 1 from memberships m where m.org_id = ${actor.orgId} and m.user_id = q.id
         and m.status = 'active' and (m.role in ('owner', 'admin') or exists (select 1 from team_members tm
           where tm.org_id = m.org_id and tm.team_id = ${task.teamId} and tm.user_id = m.user_id))))`);
  return rows.map(({ kind, id }) => ({ kind, id }));
}

/** Tells people that they are asked; agents are handed the review. */
export async function tellAsked(context: Context, task: Task, asked: readonly ReviewerRef[]): Promise<void> {
  for (const to of asked) {
    if (to.kind !== "user") continue;
    const body = `Please review #${task.number}: it changes files that you are asked about.`;
    await sendMessage(context, { to, task: task.id, body });
  }
}
