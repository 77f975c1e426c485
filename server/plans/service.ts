import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { PlanSource, PlanStatus } from "#db/enums.ts";
import { repos } from "#db/schema/repos.ts";
import { setBudget } from "../budgets/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { withdrawRequestsAbout } from "../human-requests/closing.ts";
import { newId } from "../ids.ts";
import { drawNumbers } from "../tasks/service.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import type { PlanDocument } from "./document.ts";
import { lockPlan, type Plan } from "./finding.ts";
import type { createPlanInput, updatePlanInput } from "./schema.ts";
import { planFromTemplate, templateFor } from "./templates.ts";
import { canMove, transitions } from "./transitions.ts";

type NewPlan = Omit<z.output<typeof createPlanInput>, "title"> & { title?: string | undefined; clonedFromId?: string };

/** Begins a plan; with a template it is written at once and waits for approval. @returns its id. */
export async function createPlan(context: Context, input: NewPlan): Promise<string> {
  const teamId = teamMeant(context, input.teamId);
  const team = await findTeam(context, teamId);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no plans.`);
  await requireRepo(context, teamId, input.repoId);
  const id = newId();
  const { requirements, files, repoId, rigor, mode, claimSeconds } = input;
  await record(context, "plan.created", [
    {
      subject: id,
      team: teamId,
      data: {
        number: await drawNumbers(context, "plan", 1),
        title: input.title ?? titleOf(requirements),
        ...{ requirements, files, repoId, rigor, mode, claimSeconds },
        clonedFromId: input.clonedFromId ?? null,
      },
    },
  ]);
  if (input.budgetMicros !== undefined)
    await setBudget(context, { planId: id }, { period: "life", capMicros: input.budgetMicros });
  if (input.template) await writeFromTemplate(context, await lockPlan(context, id), input.template);
  return id;
}

/** Changes what is wanted, or how it is worked on. What is wanted stands still once it was approved. */
export async function updatePlan(
  context: Context,
  { planId, budgetMicros, ...changes }: z.output<typeof updatePlanInput>,
): Promise<void> {
  if (budgetMicros === undefined && Object.keys(changes).length === 0)
    throw new AppError(
      "invalid",
      "Nothing to change: give title, requirements, files, repoId, rigor, mode, claimSeconds or budgetMicros.",
    );
  const plan = await lockPlan(context, planId);
  refuseOver(plan);
  const { title: _title, mode: _mode, claimSeconds: _claimSeconds, ...wanted } = changes;
  if (isApproved(plan) && Object.keys(wanted).length > 0)
    throw new AppError(
      "conflict",
      `Plan ${plan.number} was approved: ${Object.keys(wanted).join(", ")} stays as it is. Clone it to plan anew.`,
    );
  if (changes.repoId !== undefined) await requireRepo(context, plan.teamId, changes.repoId);
  if (Object.keys(changes).length > 0)
    await record(context, "plan.updated", [{ subject: plan.id, team: plan.teamId, data: changes }]);
  if (budgetMicros !== undefined) await setBudget(context, { planId }, { period: "life", capMicros: budgetMicros });
}

/** Writes the next version from a template, without a model. */
export async function writeFromTemplate(
  context: Context,
  plan: Plan,
  template: Parameters<typeof planFromTemplate>[0] | "fitting",
): Promise<void> {
  const name = template === "fitting" ? templateFor(plan.requirements) : template;
  const document = planFromTemplate(name, plan.requirements, plan.rigor);
  await addVersion(context, plan, { document, source: "template", writtenWith: name });
}

/** Adds a version, which takes the place of the draft before it, and puts the plan up for approval. */
export async function addVersion(
  context: Context,
  plan: Plan,
  { document, source, writtenWith }: { document: PlanDocument; source: PlanSource; writtenWith: string | null },
): Promise<void> {
  const subject = { subject: plan.id, team: plan.teamId };
  const version = plan.latestVersion + 1;
  if (plan.status !== "awaiting_approval") await movePlan(context, plan, "awaiting_approval");
  await record(context, "plan.version_written", [{ ...subject, data: { version, source, writtenWith, document } }]);
}

/** Moves a locked plan along its states. @throws AppError conflict that says what is possible now. */
export async function movePlan(
  context: Context,
  plan: Plan,
  to: PlanStatus,
  reason: string | null = null,
): Promise<void> {
  if (!canMove(plan.status, to)) {
    const possible = transitions[plan.status].join(", ").replaceAll("_", " ") || "nothing: it is over";
    throw new AppError(
      "conflict",
      `Plan ${plan.number} is ${plan.status.replaceAll("_", " ")}. From there it can go to ${possible}, not to ${to.replaceAll("_", " ")}.`,
      { status: plan.status, possible: transitions[plan.status] },
    );
  }
  await record(context, "plan.status_changed", [
    { subject: plan.id, team: plan.teamId, data: { from: plan.status, to, reason } },
  ]);
  if (plan.status === "failed")
    await withdrawRequestsAbout(context, { planId: plan.id }, `Plan ${plan.number} is ${to}.`);
}

export const isApproved = ({ approvedVersion }: Plan): boolean => approvedVersion !== null;

export function refuseOver(plan: Plan): void {
  if (plan.status === "completed" || plan.status === "cancelled")
    throw new AppError(
      "conflict",
      `Plan ${plan.number} is ${plan.status} and does not change any more. Clone it to go on from there.`,
    );
}

/** The first words of what is wanted, as a name. */
function titleOf(requirements: string): string {
  const [line = ""] = requirements.trim().split("\n");
  const sentence = line.replace(/\s+/g, " ").replace(/[.:;]$/, "");
  return sentence.length <= 100 ? sentence : `${sentence.slice(0, 99).trimEnd()}…`;
}

async function requireRepo({ tx, actor }: Context, teamId: string, repoId: string | null): Promise<void> {
  if (!repoId) return;
  const [repo] = await tx
    .select({ id: repos.id })
    .from(repos)
    .where(
      and(
        eq(repos.orgId, actor.orgId),
        eq(repos.id, repoId),
        eq(repos.teamId, teamId),
        sql`${repos.archivedAt} is null`,
      ),
    );
  if (!repo)
    throw new AppError("not_found", `There is no repository ${repoId} in this team. list_repos shows what there is.`);
}
