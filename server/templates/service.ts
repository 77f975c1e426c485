import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { createSessionInput } from "../sessions/schema.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTask } from "../tasks/service.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import { checkParameters, fillBody, refuseMisfit } from "./filling.ts";
import { findTemplate } from "./queries.ts";
import type { parameters, saveTemplateInput, Template } from "./schema.ts";

/** Keeps a template for a team, or changes one. @returns its id. @throws AppError invalid, conflict for a name that is taken */
export async function saveTemplate(context: Context, input: z.output<typeof saveTemplateInput>): Promise<string> {
  const { templateId, name, description, variables, body } = input;
  const there = templateId ? await findTemplate(context, templateId) : undefined;
  if (there) requireOwner(context, there);
  const teamId = there?.teamId ?? (await findTeam(context, teamMeant(context, input.teamId))).id;
  const kind = there?.kind ?? input.kind;
  refuseMisfit(variables, body);
  refuseUnmakeable(kind, body);
  await refuseTaken(context, { teamId, kind, name, id: templateId });
  const id = templateId ?? newId();
  await record(context, "template.saved", [
    { subject: id, team: teamId, data: { kind, name, description, variables, body } },
  ]);
  return id;
}

/** Takes a template away, and with it the schedules that make tasks from it. */
export async function removeTemplate(context: Context, id: string): Promise<void> {
  const { tx, actor } = context;
  const template = await findTemplate(context, id);
  requireOwner(context, template);
  const used = await tx.execute<{ id: string }>(sql`delete from schedule_clocks c using schedules s
    where c.org_id = ${actor.orgId} and s.org_id = c.org_id and s.id = c.schedule_id and s.template_id = ${id} returning s.id`);
  await record(
    context,
    "schedule.removed",
    used.map((one) => ({ subject: one.id, team: template.teamId, data: {} })),
  );
  await record(context, "template.removed", [{ subject: id, team: template.teamId, data: {} }]);
}

/** Makes a task from a template. @returns its id. @throws AppError invalid for parameters or a body that do not fit */
export async function makeTask(
  context: Context,
  { templateId, parameters: given }: { templateId: string; parameters: z.output<typeof parameters> },
): Promise<string> {
  const template = await findTemplate(context, templateId);
  if (template.kind !== "task")
    throw new AppError(
      "invalid",
      `${template.name} is a template of sessions. fill_template gives what create_session takes.`,
    );
  const body = fillBody(template.body, checkParameters(template.variables, given));
  const input = createTaskInput.safeParse({ ...body, teamId: template.teamId });
  if (input.success) return createTask(context, input.data);
  const what = input.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new AppError("invalid", `With these parameters ${template.name} makes no task: ${what}.`);
}

/** What is kept must be able to become something: the fields that are there, and those that must be. */
function refuseUnmakeable(kind: Template["kind"], body: Record<string, unknown>): void {
  const [operation, { shape }] =
    kind === "task" ? (["create_task", createTaskInput] as const) : (["create_session", createSessionInput] as const);
  const unknown = Object.keys(body).filter((field) => !Object.hasOwn(shape, field));
  if (unknown.length > 0)
    throw new AppError(
      "invalid",
      `${operation} takes no ${unknown.join(", ")}. The body may have: ${Object.keys(shape).join(", ")}.`,
    );
  if (kind === "task" && !body.title) throw new AppError("invalid", "A task needs a title: give the body one.");
}

function requireOwner({ actor }: Context, { createdBy, name }: Template): void {
  if (createdBy.id === actor.id || actor.permissions.has("teams:manage")) return;
  throw new AppError("forbidden", `Only ${createdBy.name}, who made ${name}, and admins change it.`);
}

async function refuseTaken(
  { tx, actor }: Context,
  { teamId, kind, name, id }: { teamId: string; kind: string; name: string; id: string | undefined },
): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${actor.orgId}|${teamId}|templates`}, 0))`);
  const [taken] = await tx.execute(sql`select 1 from templates where org_id = ${actor.orgId} and team_id = ${teamId}
    and kind = ${kind} and name = ${name} and removed_at is null and id is distinct from ${id ?? null}::uuid`);
  if (taken) throw new AppError("conflict", `There is a template ${name} already. Give this one another name.`);
}
