import { defineOperation } from "../operation.ts";
import { cardsOf } from "../tasks/queries.ts";
import { approvePlan } from "./approving.ts";
import { briefOf, factsSource } from "./brief.ts";
import { editPlan } from "./editing.ts";
import { clonePlan, exportPlan, importPlan } from "./exchange.ts";
import * as executing from "./executing.ts";
import * as queries from "./queries.ts";
import { discardRevision, revisePlan } from "./revising.ts";
import * as schema from "./schema.ts";
import { createPlan, updatePlan } from "./service.ts";
import { requestWriting, stopWriting } from "./writing.ts";

export const listPlansOperation = defineOperation({
  name: "list_plans",
  summary: "List a team's plans, newest first, with how far each has come and what it has cost.",
  kind: "read",
  permission: "task:read",
  input: schema.listPlansInput,
  output: schema.planPage,
  run: queries.listPlans,
});

export const getPlan = defineOperation({
  name: "get_plan",
  summary: "Read one plan whole: requirements, versions, the newest one's tasks, and which sentence each task meets.",
  kind: "read",
  permission: "task:read",
  input: schema.planInput,
  output: schema.planDetailResult,
  run: async (context, { planId }) => ({ plan: await queries.readPlanDetail(context, planId) }),
});

export const getPlanVersion = defineOperation({
  name: "get_plan_version",
  summary: "Read what one version of a plan says is to be done.",
  kind: "read",
  permission: "task:read",
  input: schema.versionInput,
  output: schema.versionResult,
  run: queries.readVersion,
});

export const comparePlanVersions = defineOperation({
  name: "compare_plan_versions",
  summary: "Read what one version of a plan says differently from another.",
  kind: "read",
  permission: "task:read",
  input: schema.diffPlanInput,
  output: schema.planDifference,
  run: queries.compareVersions,
});

export const getPlanRun = defineOperation({
  name: "get_plan_run",
  summary: "Read how the tasks of an approved plan stand: who works, what it cost, what waits for what.",
  kind: "read",
  permission: "task:read",
  input: schema.planInput,
  output: schema.planRun,
  run: queries.readPlanRun,
});

export const createPlanOperation = defineOperation({
  name: "create_plan",
  summary:
    "Begin a plan from requirements. With a template it is written at once; else write_plan has a model write it.",
  kind: "command",
  permission: "task:manage",
  input: schema.createPlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => ({ plan: await queries.readPlanDetail(context, await createPlan(context, input)) }),
});

export const updatePlanOperation = defineOperation({
  name: "update_plan",
  summary: "Change what a plan wants, its repository, rigor, who may take its tasks, or the most it may cost.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.updatePlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => {
    await updatePlan(context, input);
    return { plan: await queries.readPlanDetail(context, input.planId) };
  },
});

export const writePlan = defineOperation({
  name: "write_plan",
  summary:
    "Have a plan written: by the planning model in the background, or from a template at once. At most 5 a minute.",
  kind: "command",
  permission: "task:manage",
  input: schema.writePlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => {
    await requestWriting(context, input);
    return { plan: await queries.readPlanDetail(context, input.planId) };
  },
});

export const previewPlanBrief = defineOperation({
  name: "preview_plan_brief",
  summary:
    "Show what the planning model will see of a goal: requirements, files, facts of the repository, each with its tokens.",
  kind: "git",
  permission: "task:read",
  input: schema.previewBriefInput,
  output: schema.planBrief,
  run: (context, { repoId }) => factsSource(context, repoId),
  finish: (source, wish) => briefOf(wish, source),
});

export const cancelPlanWriting = defineOperation({
  name: "cancel_plan_writing",
  summary: "Stop the model that writes a plan; the plan is where it was before.",
  kind: "command",
  permission: "task:manage",
  input: schema.planInput,
  output: schema.planResult,
  run: async (context, { planId }) => {
    await stopWriting(context, planId);
    return { plan: await queries.readPlan(context, planId) };
  },
});

export const editPlanOperation = defineOperation({
  name: "edit_plan",
  summary: "Change the draft of a plan: add, remove, connect, retype or edit tasks. All edits are made, or none.",
  kind: "command",
  permission: "task:manage",
  input: schema.editPlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => {
    await editPlan(context, input);
    return { plan: await queries.readPlanDetail(context, input.planId) };
  },
});

export const revisePlanOperation = defineOperation({
  name: "revise_plan",
  summary:
    "Draft a version that changes a plan while it runs, from how it stands: edit it, compare, and approve it. What was begun stays.",
  kind: "command",
  permission: "task:manage",
  input: schema.planInput,
  output: schema.planDetailResult,
  run: async (context, { planId }) => {
    await revisePlan(context, planId);
    return { plan: await queries.readPlanDetail(context, planId) };
  },
});

export const discardPlanRevision = defineOperation({
  name: "discard_plan_revision",
  summary: "Give up the draft that would change a running plan; the plan goes on as it was approved.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.planInput,
  output: schema.planDetailResult,
  run: async (context, { planId }) => {
    await discardRevision(context, planId);
    return { plan: await queries.readPlanDetail(context, planId) };
  },
});

export const approvePlanOperation = defineOperation({
  name: "approve_plan",
  summary:
    "Approve a version of a plan: its tasks come to the board and work begins; of a running plan, what its draft changes.",
  kind: "command",
  permission: "plans:approve",
  input: schema.approvePlanInput,
  output: schema.approvedPlan,
  run: async (context, input) => {
    const made = await approvePlan(context, input);
    const cards = await cardsOf(
      context,
      made.map(({ id }) => id),
    );
    const numbers = new Map(cards.map(({ id, number }) => [id, number]));
    const tasks = made.map(({ key, id }) => ({ key, id, number: numbers.get(id) ?? 0 }));
    return { plan: await queries.readPlan(context, input.planId), tasks };
  },
});

export const pausePlanOperation = defineOperation({
  name: "pause_plan",
  summary: "Let nothing more of a plan start; what runs goes on.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.reasonInput,
  output: schema.planResult,
  run: async (context, input) => {
    await executing.pausePlan(context, input);
    return { plan: await queries.readPlan(context, input.planId) };
  },
});

export const resumePlanOperation = defineOperation({
  name: "resume_plan",
  summary: "Let a paused plan go on.",
  kind: "command",
  permission: "plans:approve",
  hints: { idempotent: true },
  input: schema.planInput,
  output: schema.planResult,
  run: async (context, input) => {
    await executing.resumePlan(context, input);
    return { plan: await queries.readPlan(context, input.planId) };
  },
});

export const cancelPlanOperation = defineOperation({
  name: "cancel_plan",
  summary: "End a plan for good: its tasks that are not over are cancelled.",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.reasonInput,
  output: schema.planResult,
  run: async (context, input) => {
    await executing.cancelPlan(context, input);
    return { plan: await queries.readPlan(context, input.planId) };
  },
});

export const retryPlanTasks = defineOperation({
  name: "retry_plan_tasks",
  summary: "Put failed tasks of a plan back to be done, and a failed plan with them.",
  kind: "command",
  permission: "task:manage",
  input: schema.bulkPlanInput,
  output: schema.bulkPlanResult,
  run: async (context, input) => {
    const result = await executing.retryTasks(context, input);
    return { ...result, plan: await queries.readPlan(context, input.planId) };
  },
});

export const cancelPlanTasks = defineOperation({
  name: "cancel_plan_tasks",
  summary: "Cancel tasks of a plan that are not over.",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true },
  input: schema.bulkPlanInput,
  output: schema.bulkPlanResult,
  run: async (context, input) => {
    const result = await executing.cancelTasks(context, input);
    return { ...result, plan: await queries.readPlan(context, input.planId) };
  },
});

export const exportPlanOperation = defineOperation({
  name: "export_plan",
  summary: "Read a plan as a JSON or Markdown file that import_plan takes.",
  kind: "read",
  permission: "task:read",
  input: schema.exportPlanInput,
  output: schema.exportedPlan,
  run: exportPlan,
});

export const importPlanOperation = defineOperation({
  name: "import_plan",
  summary: "Begin a plan from a JSON or Markdown file. What is wrong with it is named with its place.",
  kind: "command",
  permission: "task:manage",
  input: schema.importPlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => ({ plan: await queries.readPlanDetail(context, await importPlan(context, input)) }),
});

export const clonePlanOperation = defineOperation({
  name: "clone_plan",
  summary: "Begin a plan that wants the same as another, with what its newest version says.",
  kind: "command",
  permission: "task:manage",
  input: schema.clonePlanInput,
  output: schema.planDetailResult,
  run: async (context, input) => ({ plan: await queries.readPlanDetail(context, await clonePlan(context, input)) }),
});
