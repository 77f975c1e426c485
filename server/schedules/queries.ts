import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { visible } from "../human-requests/costs.ts";
import { findTeam } from "../teams/finding.ts";
import type { listSchedulesInput, Schedule } from "./schema.ts";

/** Schedules of the actor's teams with what became of their last runs. */
export async function listSchedules(
  context: Context,
  { teamId, history }: z.output<typeof listSchedulesInput>,
): Promise<Schedule[]> {
  if (teamId) await findTeam(context, teamId);
  return readSchedules(context, teamId ? sql`s.team_id = ${teamId}` : sql`true`, history);
}

/** @throws AppError not_found, the same for missing and foreign. */
export async function findSchedule(context: Context, id: string): Promise<Schedule> {
  const [schedule] = await readSchedules(context, sql`s.id = ${id}`, 20);
  if (!schedule) throw new AppError("not_found", `There is no schedule ${id} here. list_schedules shows them.`);
  return schedule;
}

async function readSchedules({ tx, actor }: Context, which: SQL, history: number): Promise<Schedule[]> {
  const rows = await tx.execute<
    Schedule & Record<string, unknown>
  >(sql`select s.id, s.team_id as "teamId", s.template_id as "templateId",
      t.name as "templateName", s.name, s.cron, s.time_zone as "timeZone", s.parameters, s.catch_up as "catchUp", s.enabled,
      json_build_object('id', s.owner_id, 'name', coalesce(u.name, 'somebody')) as owner, ${isoTime(sql`c.next_at`)} as "nextAt",
      coalesce((select json_agg(json_build_object('dueAt', ${isoTime(sql`r.due_at`)}, 'outcome', r.outcome, 'taskNumber', r.number,
        'stands', r.stands, 'detail', r.detail, 'at', ${isoTime(sql`r.at`)}) order by r.due_at desc) from (
          select r.*, k.number from schedule_runs r left join tasks k on k.org_id = r.org_id and k.id = r.task_id
          where r.org_id = s.org_id and r.schedule_id = s.id order by r.due_at desc limit ${history}) r), '[]') as runs
    from schedules s join templates t on t.org_id = s.org_id and t.id = s.template_id
    left join users u on u.id = s.owner_id left join schedule_clocks c on c.org_id = s.org_id and c.schedule_id = s.id
    where s.org_id = ${actor.orgId} and s.removed_at is null ${visible(actor.teams, sql`s.team_id`)} and ${which}
    order by lower(s.name), s.id limit 500`);
  return [...rows];
}
