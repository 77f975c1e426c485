import { isSpecType } from "@modelcontextprotocol/server";
import type { Operation } from "#server/operation.ts";
import type { Permission } from "#server/permissions.ts";
import { inputSchemaOf, outputSchemaOf } from "./json-schema.ts";
import { destructiveTools, readTools, writeTools } from "./tools.ts";

/**
 * The tools, compiled once for the process: a server object with its tools for each request would halve the rate a route
 * can answer at (measured). Both the thin path and the protocol library answer from here.
 */
export const tools: ReadonlyMap<string, Operation> = new Map(
  [...readTools, ...writeTools, ...destructiveTools].map((operation) => [operation.name, operation]),
);

const reads = new Set(readTools);
const destroys = new Set(destructiveTools);
const described = [...tools.values()].map((operation) => {
  const json = JSON.stringify(describeTool(operation));
  const tool: unknown = JSON.parse(json);
  if (!isSpecType.Tool(tool)) throw new Error(`${operation.name} cannot be told as a tool`);
  return { permission: operation.permission, tool, json };
});

const listings = new WeakMap<ReadonlySet<Permission>, string>();
const known = new Map<string, string>();

/** The tools somebody with these permissions is shown. */
export const shownTools = (permissions: ReadonlySet<Permission>) =>
  described.flatMap(({ permission, tool }) => (permissions.has(permission) ? [tool] : []));

/** The array of `tools/list` as JSON, for somebody with these permissions. What they may not do is not shown. */
export function listTools(permissions: ReadonlySet<Permission>): string {
  const listed = listings.get(permissions);
  if (listed !== undefined) return listed;
  const shown = described.filter(({ permission }) => permissions.has(permission));
  const key = [...permissions].toSorted().join();
  const json = known.get(key) ?? `[${shown.map((tool) => tool.json).join(",")}]`;
  known.set(key, json);
  listings.set(permissions, json);
  return json;
}

function describeTool(operation: Operation) {
  const readOnlyHint = reads.has(operation);
  return {
    name: operation.name,
    title: titleOf(operation.name),
    description: operation.summary,
    inputSchema: inputSchemaOf(operation.input),
    outputSchema: outputSchemaOf(operation.output),
    annotations: {
      readOnlyHint,
      destructiveHint: destroys.has(operation),
      idempotentHint: readOnlyHint || operation.hints?.idempotent === true,
      openWorldHint: false,
    },
  };
}

/** `wait_for_work` → `Wait for work`. */
function titleOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;
}
