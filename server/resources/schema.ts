import { z } from "zod";
import { resourceStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

const resource = z.object({
  name: z.string(),
  kind: z.enum(["installation", "model", "mcp"]),
  status: z.enum(resourceStatuses),
  detail: z.string(),
  /** Models an endpoint has, and those it holds in memory. */
  models: z.array(z.string()),
  loaded: z.array(z.string()),
  since: isoTime,
  checkedAt: isoTime,
});
export type Resource = z.output<typeof resource>;

export const listResourcesInput = z.strictObject({});
export const resourceList = z.object({
  resources: z.array(resource),
  waiting: z
    .array(
      z.object({
        task: z.object({ id, number: z.int(), title: z.string() }),
        resource: z.string(),
        reason: z.string(),
        since: isoTime,
      }),
    )
    .describe("Tasks that wait for something that is down; they go on by themselves."),
});
