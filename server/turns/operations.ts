import { defineOperation } from "../operation.ts";
import { readTurnLog } from "./queries.ts";
import * as schema from "./schema.ts";

export const getTurnLog = defineOperation({
  name: "get_turn_log",
  summary: "Read what a model did on a task: its tries, their conversation with tools, and what it says right now.",
  kind: "read",
  permission: "task:read",
  input: schema.turnLogInput,
  output: schema.turnLog,
  run: readTurnLog,
});
