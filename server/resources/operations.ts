import { defineOperation } from "../operation.ts";
import { listResources } from "./queries.ts";
import * as schema from "./schema.ts";

export const listResourcesOperation = defineOperation({
  name: "list_resources",
  summary:
    "List what the work stands on (database, disk, models, image server, MCP servers), how it is, and which tasks wait for it.",
  kind: "read",
  permission: "org:read",
  input: schema.listResourcesInput,
  output: schema.resourceList,
  run: listResources,
});
