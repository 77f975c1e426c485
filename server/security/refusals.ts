import { sql } from "drizzle-orm";
import type { ActorRef } from "#db/columns.ts";
import type { RefusedAction } from "#db/enums.ts";
import { type Actor, actorRef, type Context } from "../context.ts";
import { record } from "../events/record.ts";

/** After the first of a kind the next ones are told together, so long after. */
export const togetherAfter = "10 minutes";
/** Of what was tried so many are told in words. */
const mostSaid = 5;
/** First tellings of an organization within an hour; what is beyond waits and is told together. */
const mostFirst = 120;

export interface Refused {
  what: RefusedAction;
  /** Who tried; of a session its agent or its owner. */
  by: Actor | { sessionId: string } | { subject: ActorRef };
  /** What was tried and why not, for people. */
  words: string;
}

/** Told at once where it is the first of its kind, else counted. */
export async function addRefusal(context: Context, { what, by, words }: Refused): Promise<void> {
  const { tx, actor } = context;
  const sessionId = sessionOf(by);
  const who = await whoOf(context, by);
  if (!who) return;
  const subject = sessionId ?? who.id;
  const said = words.replace(/\s+/g, " ").replaceAll("\0", "").toWellFormed().slice(0, 300);
  const [group] = await tx.execute<{
    isFirst: boolean;
  }>(sql`insert into refusal_groups as g (org_id, what, subject_id, session_id, by, said,
      times, told_at)
    values (${actor.orgId}, ${what}, ${subject}, ${sessionId}, ${JSON.stringify(who)}::text::jsonb, '{}', 0, clock_timestamp())
    on conflict (org_id, what, subject_id) do update set times = g.times + 1,
      said = case when ${said} = any(g.said) or cardinality(g.said) >= ${mostSaid} then g.said else g.said || ${said}::text end
    returning (times = 0) as "isFirst"`);
  if (!group?.isFirst) return;
  const [told] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from refusal_groups
    where org_id = ${actor.orgId} and told_at > clock_timestamp() - interval '1 hour'`);
  if ((told?.count ?? 0) > mostFirst)
    await tx.execute(sql`update refusal_groups set times = 1, said = array[${said}::text]
      where org_id = ${actor.orgId} and what = ${what} and subject_id = ${subject}`);
  else
    await record(context, "security.action_refused", [
      { subject, actor: who, data: { what, sessionId, words: [said], times: 1 } },
    ]);
}

function sessionOf(by: Refused["by"]): string | null {
  if ("subject" in by) return null;
  return "kind" in by ? (by.sessionId ?? by.run?.sessionId ?? null) : by.sessionId;
}

async function whoOf(context: Context, by: Refused["by"]): Promise<ActorRef | undefined> {
  if ("subject" in by) return by.subject;
  return "kind" in by ? actorRef(by) : actorOfSession(context, by.sessionId);
}

/** Whose a session is: its agent's, else its person's. */
async function actorOfSession({ tx, actor }: Context, sessionId: string): Promise<ActorRef | undefined> {
  const [found] = await tx.execute<{ agentId: string | null; userId: string | null; name: string }>(sql`
    select s.agent_id as "agentId", s.user_id as "userId", coalesce(a.name, u.name, s.name) as name from sessions s
      left join agents a on a.org_id = s.org_id and a.id = s.agent_id left join users u on u.id = s.user_id
     where s.org_id = ${actor.orgId} and s.id = ${sessionId}`);
  if (!found) return undefined;
  const { agentId, userId, name } = found;
  if (agentId) return { kind: "agent", id: agentId, name };
  return userId ? { kind: "user", id: userId, name } : { kind: "system", id: sessionId, name };
}

/** Tells together what was refused again in an organization since it was told, and forgets what was not. */
export async function tellGroupsOf(context: Context): Promise<number> {
  const { tx, actor } = context;
  const groups = await tx.execute<Group>(sql`delete from refusal_groups where (org_id, what, subject_id) in (
      select org_id, what, subject_id from refusal_groups where org_id = ${actor.orgId}
        and told_at <= clock_timestamp() - ${togetherAfter}::interval order by told_at limit 200 for update skip locked)
    returning what, subject_id as "subjectId", session_id as "sessionId", by, said, times`);
  const again = groups.filter(({ times }) => times > 0);
  await record(
    context,
    "security.action_refused",
    again.map(({ what, subjectId, sessionId, by, said, times }) => ({
      ...{ subject: subjectId, actor: by },
      data: { what, sessionId, words: said, times },
    })),
  );
  // Who goes on trying is in a group still: the next ones are told together too, and not each first one at once.
  for (const { what, subjectId, sessionId, by } of again)
    await tx.execute(sql`insert into refusal_groups (org_id, what, subject_id, session_id, by, said, times, told_at)
      values (${actor.orgId}, ${what}, ${subjectId}, ${sessionId}, ${JSON.stringify(by)}::text::jsonb, '{}', 0, clock_timestamp())
      on conflict do nothing`);
  return again.length;
}

interface Group extends Record<string, unknown> {
  what: RefusedAction;
  subjectId: string;
  sessionId: string | null;
  by: ActorRef;
  said: string[];
  times: number;
}
