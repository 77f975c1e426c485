import { sql } from "drizzle-orm";
import type { CatchUp } from "./times.ts";
import { memberActor } from "../auth/actor.ts";
import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { findMember } from "../quotas/finding.ts";
import { refuseOverQuota } from "../quotas/service.ts";
import { makeTask } from "../templates/service.ts";
import { dueUpTo, nextAfter } from "./times.ts";

/** More moments than this that were missed are not caught up with one by one. */
const mostCaughtUp = 100;
/** A moment is missed when nobody came for it within this time. */
const lateSeconds = 120;

interface Due extends Record<string, unknown> {
  orgId: string;
  scheduleId: string;
}

/** Schedules whose time has come, over all organizations. */
export async function listDueSchedules(runtime: Runtime): Promise<Due[]> {
  const options = { requestId: `schedules-${newId()}`, system: true };
  return inTransaction(runtime, systemActor("", "schedules"), options, async ({ tx }) => [
    ...(await tx.execute<Due>(sql`select org_id as "orgId", schedule_id as "scheduleId" from schedule_clocks
      where next_at <= now() order by next_at limit 100`)),
  ]);
}

/**
 * Runs one due schedule: its tasks, its history and its next moment in one transaction, with its clock held, so that two
 * workers never do the same and one that dies has done nothing. Its owner must still be there, may do it, and have quota.
 */
export async function runSchedule(runtime: Runtime, due: Due): Promise<void> {
  try {
    await attempt(runtime, due, null);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What it was refused with is its history; the next moment is another try.
    await attempt(runtime, due, error.message);
  }
}

interface Row extends Record<string, unknown> {
  teamId: string;
  templateId: string;
  ownerId: string;
  cron: string;
  timeZone: string;
  catchUp: CatchUp;
  parameters: Record<string, string | number | boolean>;
  nextAt: string;
}

async function attempt(runtime: Runtime, { orgId, scheduleId }: Due, refusal: string | null): Promise<void> {
  const requestId = `schedule-${newId()}`;
  await inTransaction(runtime, systemActor(orgId, "schedules"), { requestId }, async (context) => {
    const { tx, now } = context;
    const [row] =
      await tx.execute<Row>(sql`select s.team_id as "teamId", s.template_id as "templateId", s.owner_id as "ownerId", s.cron,
        s.time_zone as "timeZone", s.catch_up as "catchUp", s.parameters, c.next_at::text as "nextAt"
      from schedule_clocks c join schedules s on s.org_id = c.org_id and s.id = c.schedule_id
      where c.org_id = ${orgId} and c.schedule_id = ${scheduleId} and c.next_at <= now() and s.enabled and s.removed_at is null
      for update of c skip locked`);
    if (!row) return;
    const moments = dueUpTo(row, new Date(row.nextAt), now, mostCaughtUp);
    const next = nextAfter(row, now);
    if (next)
      await tx.execute(
        sql`update schedule_clocks set next_at = ${next.toISOString()}::timestamptz where org_id = ${orgId} and schedule_id = ${scheduleId}`,
      );
    else await tx.execute(sql`delete from schedule_clocks where org_id = ${orgId} and schedule_id = ${scheduleId}`);
    const told = (
      dueAt: Date,
      data: { outcome: "created" | "skipped" | "failed"; taskId: string | null; stands: number; detail: string },
    ) =>
      record(context, "schedule.ran", [
        { subject: scheduleId, team: row.teamId, task: data.taskId, data: { dueAt: dueAt.toISOString(), ...data } },
      ]);
    const [last] = moments.slice(-1);
    if (!last) return;
    if (refusal !== null)
      return told(last, { outcome: "failed", taskId: null, stands: moments.length, detail: refusal });
    const { run, skipped } = choose(row.catchUp, moments, now);
    const [lastSkipped] = skipped.slice(-1);
    if (lastSkipped) {
      const detail = `${skipped.length} moments passed while nothing ran.`;
      await told(lastSkipped, { outcome: "skipped", taskId: null, stands: skipped.length, detail });
    }
    const owner = await actorOfOwner(context, row.ownerId);
    for (const { dueAt, stands } of run) {
      const acting: Context = { ...context, actor: owner };
      await refuseOverQuota(acting, owner.id);
      const taskId = await makeTask(acting, row);
      const detail = stands > 1 ? `It stands for ${stands} moments.` : "";
      await told(dueAt, { outcome: "created", taskId, stands, detail });
    }
  });
}

/** Which of the due moments are run, and which are over. One that just came is never missed. */
function choose(catchUp: CatchUp, moments: readonly Date[], now: Date) {
  if (catchUp === "each") return { run: moments.map((dueAt) => ({ dueAt, stands: 1 })), skipped: [] };
  const [last] = moments.slice(-1);
  if (!last) return { run: [], skipped: [] };
  if (catchUp === "once") return { run: [{ dueAt: last, stands: moments.length }], skipped: [] };
  const isLate = now.getTime() - last.getTime() > lateSeconds * 1_000;
  return isLate ? { run: [], skipped: moments } : { run: [{ dueAt: last, stands: 1 }], skipped: moments.slice(0, -1) };
}

async function actorOfOwner(context: Context, ownerId: string): Promise<Actor> {
  const member = await findMember(context, ownerId);
  const actor = memberActor(member, { orgId: context.actor.orgId, role: member.role, teams: member.teams });
  if (actor.permissions.has("task:manage")) return actor;
  throw new AppError("forbidden", `${member.name}, whose schedule this is, may not make tasks any more.`);
}
