import { defineOperation } from "../operation.ts";
import { listVerifications } from "./queries.ts";
import * as schema from "./schema.ts";

export const listVerificationsOperation = defineOperation({
  name: "list_verifications",
  summary: "List the checks of a task's acceptance criteria: what was met, what is missing, what people decided.",
  kind: "read",
  permission: "task:read",
  input: schema.listVerificationsInput,
  output: schema.verificationList,
  run: listVerifications,
});
