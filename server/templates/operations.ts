import { defineOperation } from "../operation.ts";
import { checkParameters, fillBody } from "./filling.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listTemplates = defineOperation({
  name: "list_templates",
  summary: "List templates of tasks and sessions that your teams share, with their variables; search by words.",
  kind: "read",
  permission: "task:read",
  input: schema.listTemplatesInput,
  output: schema.templateList,
  run: async (context, input) => ({ templates: await queries.listTemplates(context, input) }),
});

export const saveTemplate = defineOperation({
  name: "save_template",
  summary: "Keep a task or a session as a template with variables, shared by a team; or change one of yours.",
  kind: "command",
  permission: "task:manage",
  input: schema.saveTemplateInput,
  output: schema.templateResult,
  run: async (context, input) => ({
    template: await queries.findTemplate(context, await service.saveTemplate(context, input)),
  }),
});

export const removeTemplate = defineOperation({
  name: "remove_template",
  summary: "Remove a template and the schedules that use it. What was made from it stays.",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true },
  input: schema.templateInput,
  output: schema.removedTemplate,
  run: async (context, { templateId }) => {
    await service.removeTemplate(context, templateId);
    return { removed: true as const };
  },
});

export const fillTemplate = defineOperation({
  name: "fill_template",
  summary: "Check parameters and give a template's body with them in their places, making nothing.",
  kind: "read",
  permission: "task:read",
  input: schema.fillInput,
  output: schema.filled,
  run: async (context, { templateId, parameters }) => {
    const { kind, body, variables } = await queries.findTemplate(context, templateId);
    return { kind, body: fillBody(body, checkParameters(variables, parameters)) };
  },
});

export const createTaskFromTemplate = defineOperation({
  name: "create_task_from_template",
  summary: "Make a task from a template with the parameters you give.",
  kind: "command",
  permission: "task:manage",
  input: schema.fillInput,
  output: schema.madeTask,
  run: async (context, input) => ({ task: await service.makeTask(context, input) }),
});
