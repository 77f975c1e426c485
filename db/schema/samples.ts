import { snakeCase, text } from "drizzle-orm/pg-core";
import { createdAt, moment, orgId } from "../columns.ts";

/** The last request of an organization to run the sample: the worker's job, not an event. */
export const sampleRuns = snakeCase.table("sample_runs", {
  orgId: orgId().primaryKey(),
  requestedAt: createdAt(),
  startedAt: moment(),
  finishedAt: moment(),
  /** What it said at the end, when it did not go well. */
  error: text(),
});
