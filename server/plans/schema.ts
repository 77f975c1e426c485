import { z } from "zod";
import {
  executionModes,
  planSources,
  planStatuses,
  planVersionStatuses,
  requestKinds,
  rigors,
  taskStatuses,
} from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";
import { planDocument, planTask, templateNames, writtenChanges, writtenTask } from "./document.ts";

const title = z.string().trim().min(1).max(200);
const requirements = z
  .string()
  .trim()
  .min(1)
  .max(100_000)
  .describe("What is wanted, in your words: a sentence or pages.");
const files = z
  .array(z.object({ name: z.string().trim().min(1).max(200), text: z.string().max(200_000) }))
  .max(20)
  .describe("Texts that belong to the requirements.");
const rigor = z
  .enum(rigors)
  .describe("L1: the change alone; L2: with tests and bad input; L3: with documentation and a second look too.");
const mode = z
  .enum(executionModes)
  .describe(
    "Who may take its tasks: agents run here (auto), those that come by themselves (external), or both (hybrid).",
  );
const claimSeconds = z
  .int()
  .min(60)
  .max(86_400)
  .nullable()
  .describe("How long an external agent holds one of its tasks without a call; null: as the team says.");
const budgetMicros = z
  .int()
  .min(0)
  .max(1_000_000_000_000_000)
  .describe("The most that the whole plan may cost, in micro-dollars.");
const template = z.enum(templateNames).describe("Writes the plan at once, without a model.");

export const createPlanInput = z.strictObject({
  teamId: id.optional(),
  title: title.optional().describe("Left out: the first words of the requirements."),
  requirements,
  files: files.default([]),
  repoId: id.nullable().default(null).describe("The repository that the work goes to."),
  rigor: rigor.default("L2"),
  mode: mode.default("hybrid"),
  claimSeconds: claimSeconds.default(null),
  budgetMicros: budgetMicros.optional(),
  template: template
    .or(z.literal("fitting"))
    .optional()
    .describe("Write it from this template at once; fitting: by the words."),
});

export const planInput = z.strictObject({ planId: id });

export const updatePlanInput = planInput.extend({
  title: title.optional(),
  requirements: requirements.optional(),
  files: files.optional(),
  repoId: id.nullable().optional(),
  rigor: rigor.optional(),
  mode: mode.optional(),
  claimSeconds: claimSeconds.optional(),
  budgetMicros: budgetMicros.optional(),
});

export const previewBriefInput = z.strictObject({
  requirements: z.string().max(100_000).default("").describe("What is wanted, as far as it is written."),
  files: files.default([]),
  repoId: id.nullable().default(null).describe("The repository that the work goes to."),
  rigor: rigor.default("L2"),
});
export const planBrief = z.object({
  sections: z.array(
    z.object({ key: z.string(), title: z.string(), why: z.string(), text: z.string(), tokens: z.int() }),
  ),
  tokens: z.int().describe("About so many in all."),
});

export const listPlansInput = z.strictObject({
  teamId: id.optional(),
  status: z.array(z.enum(planStatuses)).optional(),
  before: z.int32().positive().optional().describe("Continue below this number."),
  limit: z.int().min(1).max(200).default(50),
});

export const plan = z.object({
  id,
  number: z.int(),
  teamId: id,
  repoId: id.nullable(),
  title: z.string(),
  status: z.enum(planStatuses),
  rigor: z.enum(rigors),
  mode: z.enum(executionModes),
  claimSeconds: z.int().nullable(),
  latestVersion: z.int(),
  approvedVersion: z.int().nullable(),
  reason: z.string().nullable().describe("Why it stands where it stands."),
  createdBy: author,
  createdAt: isoTime,
  updatedAt: isoTime,
  tasks: z.int().describe("Tasks on the board."),
  done: z.int(),
  costMicros: z.int().describe("What it has cost so far, in micro-dollars."),
  capMicros: z.int().nullable().describe("The most it may cost; null: no cap of its own."),
});
export type Plan = z.output<typeof plan>;
export const planPage = z.object({ plans: z.array(plan), next: z.int().nullable() });

const writing = z
  .object({
    requestedAt: isoTime,
    requestedBy: author,
    progress: z.string(),
    isRunning: z.boolean(),
    error: z.string().nullable().describe("Why there is no plan, with the places that are wrong."),
  })
  .describe("The last time a model was asked to write it.");

const covered = z.object({
  number: z.int(),
  sentence: z.string(),
  by: z
    .array(z.object({ key: z.string(), title: z.string(), how: z.enum(["stated", "words"]) }))
    .describe("Empty: nothing in the plan meets it."),
});

const version = z.object({
  version: z.int(),
  status: z.enum(planVersionStatuses),
  source: z.enum(planSources),
  writtenWith: z.string().nullable(),
  createdBy: author,
  createdAt: isoTime,
});

const differences = z.array(
  z.object({
    key: z.string(),
    title: z.string(),
    change: z.enum(["added", "removed", "changed"]),
    fields: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
  }),
);

export const planDetail = plan.extend({
  requirements: z.string(),
  files: z.array(z.object({ name: z.string(), text: z.string() })),
  writing: writing.nullable(),
  versions: z.array(version).describe("Newest first."),
  draft: z
    .object({ version: z.int(), status: z.enum(planVersionStatuses), document: planDocument })
    .nullable()
    .describe("The newest version."),
  revision: z
    .object({
      baseVersion: z.int(),
      fixed: z.array(z.string()).describe("Keys of tasks that were begun or are done: they stay."),
      differences,
    })
    .nullable()
    .describe("What the draft changes of the plan while it runs; null: there is no such draft."),
  coverage: z.array(covered).describe("Which sentence of the requirements is met by which task."),
  uncovered: z.array(z.int()).describe("Sentences that nothing meets."),
});
export const planResult = z.object({ plan });
export const planDetailResult = z.object({ plan: planDetail });
export type PlanDetail = z.output<typeof planDetail>;

export const writePlanInput = planInput.extend({
  instruction: z.string().max(5_000).default("").describe("What to do differently from the version before."),
  template: template
    .or(z.literal("fitting"))
    .optional()
    .describe("From this template at once; left out, by the planning model."),
  model: z.string().trim().min(1).max(200).optional().describe("A tier or model for this once."),
});

const key = z.string().min(1).max(50);
export const editPlanInput = planInput.extend({
  version: z.int().positive().describe("The draft you saw; a newer one is not changed by it."),
  edits: z
    .array(
      z.discriminatedUnion("do", [
        z.strictObject({ do: z.literal("add"), task: writtenTask }),
        z.strictObject({ do: z.literal("remove"), key }),
        z.strictObject({ do: z.literal("connect"), from: key, to: key }).describe("`to` waits for `from`."),
        z.strictObject({ do: z.literal("disconnect"), from: key, to: key }),
        z.strictObject({ do: z.literal("retype"), key, type: planTask.shape.type }),
        z.strictObject({
          do: z.literal("edit"),
          key,
          changes: writtenChanges,
        }),
        z.strictObject({ do: z.literal("describe"), summary: z.string().max(10_000) }),
      ]),
    )
    .min(1)
    .max(500)
    .describe("Changes of the draft, in their order: all are made, or none."),
});
export const versionInput = planInput.extend({
  version: z.int().positive().optional().describe("Left out: the newest."),
});
export const versionResult = z.object({ version: version.extend({ document: planDocument }) });
export const diffPlanInput = planInput.extend({
  olderVersion: z.int().positive().describe("What it was."),
  newerVersion: z.int().positive().describe("What it became."),
});
export const planDifference = z.object({ differences });

export const approvePlanInput = planInput.extend({
  version: z.int().positive().describe("The version you read; another is not approved by it."),
});
export const approvedPlan = z.object({
  plan,
  tasks: z.array(z.object({ key: z.string(), id, number: z.int() })),
});

export const reasonInput = planInput.extend({ reason: z.string().max(2_000).optional() });
export const bulkPlanInput = planInput.extend({
  keys: z.array(key).max(1_000).optional().describe("Only these tasks; left out, all that can."),
});
export const bulkPlanResult = z.object({
  plan,
  changed: z.array(z.int()),
  refused: z.array(z.object({ number: z.int(), reason: z.string() })),
});

export const exportPlanInput = versionInput.extend({ format: z.enum(["json", "markdown"]).default("json") });
export const exportedPlan = z.object({ fileName: z.string(), content: z.string() });
export const importPlanInput = z.strictObject({
  teamId: id.optional(),
  format: z.enum(["json", "markdown"]).default("json"),
  content: z.string().min(1).max(2_000_000).describe("As export_plan gives it, or plan JSON as a model writes it."),
  title: title.optional(),
  requirements: requirements.optional(),
  repoId: id.nullable().default(null),
});

export const clonePlanInput = planInput.extend({ title: title.optional() });

export const planRun = z.object({
  seq: z.int(),
  nodes: z.array(
    z.object({
      id,
      number: z.int(),
      key: z.string(),
      title: z.string(),
      type: planTask.shape.type,
      status: z.enum(taskStatuses),
      openDependencies: z.int(),
      pathMinutes: z.int().describe("Its longest chain of estimated work downstream, with its own."),
      estimateMinutes: z.int().nullable(),
      minutes: z.number().nullable().describe("Minutes since it was first taken, or that it took."),
      costMicros: z.int(),
      agent: z.string().nullable().describe("Who works on it, or did."),
      waitsFor: z.array(z.int()).describe("Tasks that are not done yet."),
      blocks: z.int().describe("How many tasks of the plan wait for it, directly and further on."),
      asks: z.object({ kind: z.enum(requestKinds), title: z.string() }).nullable(),
    }),
  ),
  edges: z.array(z.object({ from: id, to: id })),
});
export type PlanRun = z.output<typeof planRun>;
