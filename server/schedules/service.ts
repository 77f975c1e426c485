import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { checkParameters } from "../templates/filling.ts";
import { findTemplate } from "../templates/queries.ts";
import { findSchedule } from "./queries.ts";
import type { saveScheduleInput, Schedule } from "./schema.ts";
import { nextAfter, refuseUntimely } from "./times.ts";

/** Has tasks made from a template at set times, in the name of who saves it. @returns its id. */
export async function saveSchedule(context: Context, input: z.output<typeof saveScheduleInput>): Promise<string> {
  const { tx, actor, now } = context;
  if (actor.kind !== "user")
    throw new AppError("forbidden", "A schedule works in a person's name; agents make tasks now.");
  const there = input.scheduleId ? await findSchedule(context, input.scheduleId) : undefined;
  if (there) requireOwner(context, there);
  const templateId = there?.templateId ?? input.templateId;
  if (!templateId) throw new AppError("invalid", "Name the template of a new schedule with templateId.");
  const template = await findTemplate(context, templateId);
  if (template.kind !== "task") throw new AppError("invalid", "Schedules make tasks: name a template of a task.");
  checkParameters(template.variables, input.parameters);
  refuseUntimely(input, now);
  const id = there?.id ?? newId();
  const { name, cron, timeZone, parameters, catchUp, enabled } = input;
  await record(context, "schedule.saved", [
    {
      ...{ subject: id, team: template.teamId },
      data: { templateId, name, cron, timeZone, parameters, catchUp, enabled, ownerId: actor.id },
    },
  ]);
  await tx.execute(sql`delete from schedule_clocks where org_id = ${actor.orgId} and schedule_id = ${id}`);
  const next = enabled ? nextAfter(input, now) : null;
  if (next)
    await tx.execute(
      sql`insert into schedule_clocks (org_id, schedule_id, next_at) values (${actor.orgId}, ${id}, ${next.toISOString()}::timestamptz)`,
    );
  return id;
}

export async function removeSchedule(context: Context, id: string): Promise<void> {
  const schedule = await findSchedule(context, id);
  requireOwner(context, schedule);
  await context.tx.execute(
    sql`delete from schedule_clocks where org_id = ${context.actor.orgId} and schedule_id = ${id}`,
  );
  await record(context, "schedule.removed", [{ subject: id, team: schedule.teamId, data: {} }]);
}

function requireOwner({ actor }: Context, { owner, name }: Schedule): void {
  if (owner.id === actor.id || actor.permissions.has("teams:manage")) return;
  throw new AppError("forbidden", `Only ${owner.name}, whose schedule ${name} is, and admins change it.`);
}
