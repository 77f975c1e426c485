import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { readEventsBy } from "./queries.ts";
import type { FeedEvent } from "./schema.ts";

/** The newest number in the organization's log. */
export async function latestSeq({ tx, actor }: Context): Promise<number> {
  const [head] = await tx.execute<{ seq: string }>(sql`select seq from event_heads where org_id = ${actor.orgId}`);
  return Number(head?.seq ?? 0);
}

/**
 * Events after a number, oldest first: how a reader that was away catches up. Nothing is ever skipped, since numbers follow
 * commits. @throws AppError not_found for a team that is missing or foreign.
 */
export async function readFeed(
  context: Context,
  { teamId, since, limit }: { teamId?: string | undefined; since: number; limit: number },
) {
  if (teamId) await findTeam(context, teamId);
  const head = await latestSeq(context);
  const events = await readEvents(
    context,
    sql`e.seq > ${since} and e.seq <= ${head} ${ofTeam(context, teamId)}`,
    sql`e.seq`,
    limit,
  );
  return { events, head };
}

/** Events below a number, newest first: the activity page. */
export async function readActivity(
  context: Context,
  {
    teamId,
    before,
    types,
    about,
    correlationId,
    limit,
  }: {
    teamId?: string | undefined;
    before?: number | undefined;
    types?: string[] | undefined;
    about?: string | undefined;
    correlationId?: string | undefined;
    limit: number;
  },
) {
  // How far messages got is read where they stand; here it is told only to who asks for it.
  const quiet =
    types?.length || correlationId
      ? sql``
      : sql`and e.type not in ('message.delivered', 'message.seen', 'message.processed')`;
  const where = sql`${ofCorrelation(correlationId)} ${quiet} ${before ? sql`and e.seq < ${before}` : sql``} ${types?.length ? sql`and e.type in ${types}` : sql``} ${ofTeam(context, teamId)}`;
  if (!about) return page(await readEvents(context, where, sql`e.seq desc`, limit + 1), limit);
  // Nobody pays for an index over who did each thing: the newest are looked through, and that is a bounded look.
  const { orgId } = context.actor;
  const recent = sql`(select * from (select * from events e where e.org_id = ${orgId} and ${where} order by e.seq desc limit ${lookedThrough}) e
    where e.actor->>'id' = ${about} or e.subject_id = ${about}::uuid order by e.seq desc limit ${limit + 1})`;
  return page(await readEventsBy(context, recent), limit);
}

const lookedThrough = 20_000;

/** What happened to one task, newest first. */
export async function readTaskEvents(
  context: Context,
  {
    task: ref,
    before,
    correlationId,
    limit,
  }: { task: string; before?: number | undefined; correlationId?: string | undefined; limit: number },
) {
  const task = await findTask(context, ref);
  const where = sql`e.task_id = ${task.id} and ${ofCorrelation(correlationId)} ${before ? sql`and e.seq < ${before}` : sql``}`;
  return page(await readEvents(context, where, sql`e.seq desc`, limit + 1), limit);
}

const ofCorrelation = (id: string | undefined): SQL => (id ? sql`e.correlation_id = ${id}` : sql`true`);

function page(events: FeedEvent[], limit: number) {
  const shown = events.slice(0, limit);
  return { events: shown, next: events.length > limit ? (shown.at(-1)?.seq ?? null) : null };
}

function readEvents(context: Context, where: SQL, order: SQL, limit: number): Promise<FeedEvent[]> {
  const { orgId } = context.actor;
  return readEventsBy(
    context,
    sql`(select * from events e where e.org_id = ${orgId} and ${where} order by ${order} limit ${limit})`,
    order,
  );
}

/** What concerns the whole organization is seen by all of its people; what concerns a team, by those who see the team. */
function ofTeam({ actor }: Context, teamId: string | undefined): SQL {
  if (teamId && actor.teams !== "all" && !actor.teams.includes(teamId)) {
    throw new AppError("not_found", `There is no team ${teamId} here. list_teams shows yours.`);
  }
  if (teamId) return sql`and (e.team_id = ${teamId} or e.team_id is null)`;
  if (actor.teams === "all") return sql``;
  return sql`and (e.team_id is null or e.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[]))`;
}
