import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import type { FinishContext } from "../operation.ts";
import { hit, type Hit, type searchKnowledgeInput } from "./schema.ts";

const waitMilliseconds = 20_000;

/** Asks the worker, which has the model, to search. @throws AppError unavailable while no worker runs. */
export async function askToSearch(
  { tx, actor, hints }: Context,
  { query, limit }: z.output<typeof searchKnowledgeInput>,
): Promise<string> {
  const [worker] = await tx.execute(
    sql`select 1 from worker_beats where beat_at > now() - interval '10 seconds' limit 1`,
  );
  if (!worker)
    throw new AppError(
      "unavailable",
      "No worker is running, and only a worker searches by meaning. lookup_type searches by name meanwhile.",
    );
  const id = newId();
  const teams = actor.teams === "all" ? null : `{${actor.teams.join(",")}}`;
  await tx.execute(sql`insert into knowledge_queries (org_id, id, team_ids, query, most, asked_at)
    values (${actor.orgId}, ${id}, ${teams}::uuid[], ${query}, ${limit}, now())`);
  hints.push({ topic: "knowledge_asked", orgId: actor.orgId });
  return id;
}

const answers = z.array(hit);

/** Waits for what the worker found. @throws AppError unavailable when it does not answer in time. */
export async function awaitHits(id: string, { runtime, actor, requestId, signal }: FinishContext): Promise<Hit[]> {
  const until = Date.now() + waitMilliseconds;
  let wakeUp = () => {};
  const off = runtime.wake.on("knowledge_answered", () => wakeUp());
  try {
    while (Date.now() < until && !signal?.aborted) {
      const heard = new Promise<void>((resolve) => {
        wakeUp = resolve;
        setTimeout(resolve, 500).unref();
      });
      const [row] = await inTransaction(runtime, systemActor(actor.orgId, "knowledge"), { requestId }, ({ tx }) =>
        tx.execute<{ answer: unknown; error: string | null }>(sql`select answer, error from knowledge_queries
          where org_id = ${actor.orgId} and id = ${id} and answered_at is not null`),
      );
      if (row?.error) throw new AppError("unavailable", row.error);
      if (row) return answers.parse(row.answer);
      await heard;
    }
  } finally {
    off();
  }
  throw new AppError(
    "unavailable",
    "The worker did not answer in time; it may be starting. Try again, or use lookup_type.",
  );
}

export interface OpenQuery extends Record<string, unknown> {
  orgId: string;
  id: string;
  teamIds: string[] | null;
  query: string;
  most: number;
}

/** Questions that nobody answered yet; one of before its asker left is not looked at. */
export async function listOpenQueries(runtime: Runtime): Promise<OpenQuery[]> {
  return inTransaction(runtime, systemActor("", "knowledge"), { requestId: newId(), system: true }, ({ tx }) =>
    tx.execute<OpenQuery>(sql`select org_id as "orgId", id, team_ids as "teamIds", query, most from knowledge_queries
      where answered_at is null and asked_at > now() - interval '1 minute' order by asked_at limit 50`),
  );
}

export async function answerQuery(runtime: Runtime, { orgId, id }: OpenQuery, found: Hit[] | string): Promise<void> {
  const [answer, error] = typeof found === "string" ? [null, found] : [JSON.stringify(found), null];
  await inTransaction(runtime, systemActor(orgId, "knowledge"), { requestId: newId() }, async ({ tx, hints }) => {
    await tx.execute(sql`update knowledge_queries set answered_at = now(), answer = ${answer}::text::jsonb, error = ${error}
      where org_id = ${orgId} and id = ${id} and answered_at is null`);
    hints.push({ topic: "knowledge_answered", orgId });
  });
}
