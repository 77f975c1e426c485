import { defineOperation } from "../operation.ts";
import { listMerges, readMergeState } from "./queries.ts";
import * as schema from "./schema.ts";
import { cancelMerge, mergeByHand } from "./service.ts";

export const mergeTask = defineOperation({
  name: "merge_task",
  summary: "Put an approved task into its repository's merge queue. Its gate must pass before anything moves.",
  kind: "command",
  permission: "merge:manage",
  input: schema.mergeInput,
  output: schema.mergeState,
  run: async (context, { task }) => readMergeState(context, await mergeByHand(context, task)),
});

export const cancelMergeOperation = defineOperation({
  name: "cancel_merge",
  summary: "Take a task out of the merge queue; it goes back to whoever worked on it.",
  kind: "command",
  permission: "merge:manage",
  hints: { destructive: true },
  input: schema.mergeInput,
  output: schema.mergeState,
  run: async (context, { task }) => readMergeState(context, await cancelMerge(context, task)),
});

export const getMergeStatus = defineOperation({
  name: "get_merge_status",
  summary: "Read where the merge of a task stands: its place in the queue, the result and the log of its gate.",
  kind: "read",
  permission: "task:read",
  input: schema.mergeInput,
  output: schema.mergeState,
  run: (context, { task }) => readMergeState(context, task),
});

export const listMergesOperation = defineOperation({
  name: "list_merges",
  summary: "List a team's merges, newest first: what waits, what is tested, what landed and what failed.",
  kind: "read",
  permission: "task:read",
  input: schema.listMergesInput,
  output: schema.mergePage,
  run: listMerges,
});
