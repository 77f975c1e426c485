import { defineOperation } from "../operation.ts";
import { readActivity, readFeed } from "./feed.ts";
import { activityInput, activityPage, feedInput, feedPage } from "./schema.ts";

export const listEvents = defineOperation({
  name: "list_events",
  summary: "Read what happened since a number, oldest first and without a gap: how a reader that was away catches up.",
  kind: "read",
  permission: "task:read",
  input: feedInput,
  output: feedPage,
  run: readFeed,
});

export const listActivity = defineOperation({
  name: "list_activity",
  summary: "Read what happened, newest first.",
  kind: "read",
  permission: "task:read",
  input: activityInput,
  output: activityPage,
  run: readActivity,
});
