import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { hashOf } from "./canonical.ts";
import type { Action } from "./schema.ts";

/** A yes is to what somebody knew when they gave it: what nobody used within so many days has to be asked for again. */
const holdsDays = 7;

/**
 * Uses the actor's approval of exactly this action: once. Called in the transaction that does the action, or decides to.
 * @returns the id of the approval.
 * @throws AppError forbidden without a yes to exactly this action of the last week; conflict when it was used, or is
 * still open.
 */
export async function consumeApproval(context: Context, action: Action): Promise<string> {
  const { tx, actor, now } = context;
  const actionHash = hashOf(action);
  const [granted] = await tx.execute<{ id: string; task: string | null; team: string }>(sql`
    select id, task_id as task, team_id as team from human_requests
    where org_id = ${actor.orgId} and asked_by->>'id' = ${actor.id} and kind in ('approval', 'permission')
      and action_hash = ${actionHash} and status = 'resolved' and answer->'approved' = 'true'::jsonb and consumed_at is null
      and closed_at > ${now.toISOString()}::timestamptz - make_interval(days => ${holdsDays})
    order by closed_at, id limit 1 for update`);
  if (!granted) throw await notGranted(context, action, actionHash);
  await record(context, "request.consumed", [
    { subject: granted.id, task: granted.task, team: granted.team, data: { actionHash } },
  ]);
  return granted.id;
}

async function notGranted({ tx, actor }: Context, { name }: Action, actionHash: string): Promise<AppError> {
  const [last] = await tx.execute<{
    same: boolean;
    status: string;
    used: string | null;
    by: string | null;
    lapsed: boolean;
  }>(sql`select action_hash = ${actionHash} as same, status, coalesce(answer->'approved' = 'true'::jsonb, false) as lapsed, consumed_at::text as used, closed_by->>'name' as by from human_requests
    where org_id = ${actor.orgId} and asked_by->>'id' = ${actor.id} and kind in ('approval', 'permission')
      and action->>'name' = ${name} order by action_hash = ${actionHash} desc, id desc limit 1`);
  const ask = "Ask with ask_human, kind approval and exactly this action.";
  if (!last) return new AppError("forbidden", `${name} needs an approval. ${ask}`);
  if (!last.same)
    return new AppError("forbidden", `What was approved is another ${name}: its input differs. ${ask}`, { actionHash });
  if (last.used)
    return new AppError("conflict", `This approval was used already, at ${last.used}. It holds once. ${ask}`);
  if (last.status === "pending")
    return new AppError(
      "conflict",
      "Nobody has answered this approval yet. Wait for it with ask_human and its request.",
    );
  if (last.lapsed)
    return new AppError("forbidden", `This approval was not used within ${holdsDays} days and has lapsed. ${ask}`);
  if (last.status === "resolved")
    return new AppError("forbidden", `${last.by ?? "Somebody"} declined exactly this ${name}.`);
  return new AppError("forbidden", `The request for this approval is ${last.status}. ${ask}`);
}
