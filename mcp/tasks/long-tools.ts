import { askHuman } from "#server/human-requests/operations.ts";
import { tools } from "../tool-table.ts";
import { askTool } from "./ask-tool.ts";
import type { LongTool } from "./long-tool.ts";
import { longToolOf } from "./operation-tool.ts";

/** The product's tools that can be tasks: operations that can be looked at again. */
const longTools: ReadonlyMap<string, LongTool> = new Map(
  [...tools.values()]
    .filter((operation) => operation.resume !== undefined)
    .map((operation) => [operation.name, operation.name === askHuman.name ? askTool : longToolOf(operation)]),
);

export const longToolNamed = (name: string): LongTool | undefined => longTools.get(name);
