import { defineOperation } from "../operation.ts";
import { listTools } from "./queries.ts";
import * as schema from "./schema.ts";

export const listToolsOperation = defineOperation({
  name: "list_builtin_tools",
  summary: "List the tools that come with the product for agents of the runtime Model, and why one is not offered now.",
  kind: "read",
  permission: "org:read",
  input: schema.listToolsInput,
  output: schema.toolList,
  run: listTools,
});
