import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTask } from "../tasks/finding.ts";
import type { turn, turnLog, turnLogInput } from "./schema.ts";
import { keptKind } from "./service.ts";

type Log = z.output<typeof turnLog>;

/** What a model did on a task: its tries, the conversation of one of them, and what it says at this moment. */
export async function readTurnLog(context: Context, input: z.output<typeof turnLogInput>): Promise<Log> {
  const { tx, actor } = context;
  const task = await findTask(context, input.task);
  const all = await tx.execute<
    z.output<typeof turn> & Record<string, unknown>
  >(sql`select t.id, t.agent_id as "agentId",
      t.attempt, t.status, t.model, t.resumed, t.request_id as "requestId", t.output, t.reason,
      ${isoTime(sql`t.started_at`)} as "startedAt", ${isoTime(sql`t.ended_at`)} as "endedAt"
    from turns t where t.org_id = ${actor.orgId} and t.task_id = ${task.id} order by t.attempt desc limit 100`);
  const chosen = input.turnId ? all.find(({ id }) => id === input.turnId) : all[0];
  if (!chosen) return { turns: all, entries: [], parts: [], keptUpTo: 0 };
  // A piece of a message is a line: its text, the call of a tool, or the answer of one.
  const entries = await tx.execute<Log["entries"][number] & Record<string, unknown>>(sql`
    select m.number, m.message->>'role' as role, coalesce(p->>'type', 'text') as kind, left(coalesce(p->>'text',
        case p->>'type' when 'tool-call' then (p->>'toolName') || ' ' || (p->'input')::text
          when 'tool-result' then coalesce(p->'output'->>'value', (p->'output')::text) end, ''), 20000) as text, ${isoTime(sql`m.at`)} as at
    from turn_messages m, lateral (select jsonb_array_elements(case jsonb_typeof(m.message->'content') when 'array' then m.message->'content'
      else jsonb_build_array(jsonb_build_object('type', 'text', 'text', m.message->>'content')) end) as p) x
    where m.org_id = ${actor.orgId} and m.turn_id = ${chosen.id} and m.number >= ${input.fromEntry} and coalesce(p->>'type', 'text') in ('text', 'reasoning', 'tool-call', 'tool-result') order by m.number limit 2000`);
  const [kept] = await tx.execute<{
    upTo: number;
  }>(sql`select coalesce(max(p.id), 0)::float8 as "upTo" from turn_parts p
    where p.org_id = ${actor.orgId} and p.turn_id = ${chosen.id} and p.kind = ${keptKind}`);
  const keptUpTo = kept?.upTo ?? 0;
  const parts = await tx.execute<
    Log["parts"][number] & Record<string, unknown>
  >(sql`select p.id::float8 as id, p.kind, p.text
    from turn_parts p where p.org_id = ${actor.orgId} and p.turn_id = ${chosen.id} and p.id > ${Math.max(input.afterPart, keptUpTo)} order by p.id limit 2000`);
  return { turns: all, entries, parts, keptUpTo };
}
