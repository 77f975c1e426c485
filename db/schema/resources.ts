import { foreignKey, index, jsonb, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { moment, orgId } from "../columns.ts";
import { resourceStatuses } from "../enums.ts";
import { tasks } from "./tasks.ts";

/** What the installation stands on and how it is: written by the monitor, every 30 seconds. Of no organization. */
export const instanceResources = snakeCase.table("instance_resources", {
  /** `database`, `disk`, `image_server` … */
  name: text().primaryKey(),
  status: text({ enum: resourceStatuses }).notNull(),
  /** In words, for people. */
  detail: text().notNull(),
  data: jsonb().$type<Record<string, unknown>>().notNull(),
  since: moment().notNull(),
  checkedAt: moment().notNull(),
});

/** What an organization brought along: endpoints of models, attached servers. Operational. */
export const orgResources = snakeCase.table(
  "org_resources",
  {
    orgId: orgId(),
    /** `model:anthropic`, `mcp:jira`. */
    name: text().notNull(),
    status: text({ enum: resourceStatuses }).notNull(),
    detail: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    since: moment().notNull(),
    checkedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.name] })],
);

/** Ready tasks that are not given out because something they need is down. They go on by themselves. Operational. */
export const taskWaits = snakeCase.table(
  "task_waits",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    /** The name of what is down. */
    resource: text().notNull(),
    /** In words, for the card. */
    reason: text().notNull(),
    since: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId, table.resource] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** Those that go on when it is up again. */
    index("task_waits_resource").on(table.orgId, table.resource),
  ],
);
