import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listSchedules = defineOperation({
  name: "list_schedules",
  summary: "List when tasks are made from templates, next and so far, with what became of each run.",
  kind: "read",
  permission: "task:read",
  input: schema.listSchedulesInput,
  output: schema.scheduleList,
  run: async (context, input) => ({ schedules: await queries.listSchedules(context, input) }),
});

export const saveSchedule = defineOperation({
  name: "save_schedule",
  summary: "Have tasks made from a template at set times (cron, time zone), in your name and within your quota.",
  kind: "command",
  permission: "task:manage",
  input: schema.saveScheduleInput,
  output: schema.scheduleResult,
  run: async (context, input) => ({
    schedule: await queries.findSchedule(context, await service.saveSchedule(context, input)),
  }),
});

export const removeSchedule = defineOperation({
  name: "remove_schedule",
  summary: "End a schedule. The tasks it made stay.",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true },
  input: schema.scheduleInput,
  output: schema.removedSchedule,
  run: async (context, { scheduleId }) => {
    await service.removeSchedule(context, scheduleId);
    return { removed: true as const };
  },
});
