import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { slugOf } from "../ids.ts";
import { documentOf, findPlan, lockPlan } from "./finding.ts";
import { fromMarkdown, toMarkdown } from "./markdown.ts";
import { readPlan as readWritten, readPlanText, requirePlan } from "./parsing.ts";
import { readVersion } from "./queries.ts";
import type { clonePlanInput, exportedPlan, exportPlanInput, importPlanInput } from "./schema.ts";
import { addVersion, createPlan } from "./service.ts";

/** A plan as a file that `importPlan` reads again. */
export async function exportPlan(
  context: Context,
  { planId, version, format }: z.output<typeof exportPlanInput>,
): Promise<z.output<typeof exportedPlan>> {
  const { number, title, requirements } = await findPlan(context, planId);
  const { document } = (await readVersion(context, { planId, version })).version;
  const name = `plan-${number}-${slugOf(title, "plan")}`;
  if (format === "markdown") return { fileName: `${name}.md`, content: toMarkdown({ title, requirements, document }) };
  return { fileName: `${name}.json`, content: `${JSON.stringify({ title, requirements, ...document }, null, 2)}\n` };
}

const around = z.object({
  title: z.string().optional().catch(undefined),
  requirements: z.string().optional().catch(undefined),
});

/**
 * Begins a plan from a file. @returns its id.
 * @throws AppError invalid that names the places, for what is no plan.
 */
export async function importPlan(context: Context, input: z.output<typeof importPlanInput>): Promise<string> {
  const page = input.format === "markdown" ? fromMarkdown(input.content) : undefined;
  const document = requirePlan(page ? readWritten(page.written) : readPlanText(input.content));
  const told = page ?? tellOf(input.content);
  const requirements =
    input.requirements ??
    (told.requirements?.trim() || document.summary || document.tasks.map(({ title }) => title).join("\n"));
  if (requirements.length > 100_000)
    throw new AppError("invalid", "The requirements have more than 100000 characters. Shorten them in the file.");
  const title = input.title ?? (told.title?.trim().slice(0, 200) || undefined);
  const id = await createPlan(context, {
    ...{ ...defaults, files: [] },
    teamId: input.teamId,
    repoId: input.repoId,
    requirements,
    title,
  });
  await addVersion(context, await lockPlan(context, id), { document, source: "import", writtenWith: null });
  return id;
}

const defaults = { rigor: "L2", mode: "hybrid", claimSeconds: null } as const;

function tellOf(content: string): { title?: string | undefined; requirements?: string | undefined } {
  try {
    return around.parse(JSON.parse(content.replace(/^[^{]*/, "").replace(/[^}]*$/, "")));
  } catch {
    return {};
  }
}

/** Begins a plan that wants the same, with what the newest version of the other says. @returns its id. */
export async function clonePlan(context: Context, { planId, title }: z.output<typeof clonePlanInput>): Promise<string> {
  const plan = await findPlan(context, planId);
  const { teamId, repoId, requirements, files, rigor, mode, claimSeconds } = plan;
  const id = await createPlan(context, {
    ...{ teamId, repoId, requirements, files: [...files], rigor, mode, claimSeconds },
    ...{ title: title ?? `${plan.title} (again)`.slice(0, 200), clonedFromId: plan.id },
  });
  if (plan.latestVersion > 0) {
    const document = await documentOf(context, planId, plan.latestVersion);
    await addVersion(context, await lockPlan(context, id), { document, source: "clone", writtenWith: null });
  }
  return id;
}
