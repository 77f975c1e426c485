import { isSpecType, type Tool } from "@modelcontextprotocol/server";
import type { Actor } from "#server/context.ts";
import type { Operation } from "#server/operation.ts";
import { type Description, describeTool } from "./describe-tool.ts";
import { reachingTools } from "./reaching.ts";
import { shownFirst } from "./shown-first.ts";
import { destructiveTools, readTools, writeTools } from "./tools.ts";

/**
 * The tools, compiled once for the process: a server object with its tools for each request would halve the rate a route
 * can answer at (measured). Both the thin path and the protocol library answer from here.
 */
export const tools: ReadonlyMap<string, Operation> = new Map(
  [...readTools, ...writeTools, ...destructiveTools].map((operation) => [operation.name, operation]),
);

type Viewer = Pick<Actor, "permissions" | "agent">;
interface Described {
  operation: Operation | undefined;
  tool: Tool;
  json: string;
}

const described: readonly Described[] = [
  ...readTools.map((operation) => compile(describeTool(operation, "reads"), operation)),
  ...writeTools.map((operation) => compile(describeTool(operation, "writes"), operation)),
  ...destructiveTools.map((operation) => compile(describeTool(operation, "destroys"), operation)),
  ...reachingTools.map((description) => compile(description)),
];

const listings = new WeakMap<Viewer["permissions"], Map<string, string>>();
const known = new Map<string, string>();

/** The tools somebody is shown: people all that they may use, agents the first of it and how to reach the rest. */
export const shownTools = (viewer: Viewer): Tool[] =>
  described.filter((each) => isShown(each, viewer)).map(({ tool }) => tool);

/** All that somebody may use, shown or not. */
export const usableTools = ({ permissions }: Viewer): Tool[] =>
  described.flatMap(({ operation, tool }) => (operation && permissions.has(operation.permission) ? [tool] : []));

/** The array of `tools/list` as JSON. What somebody may not do is not shown. */
export function listTools(viewer: Viewer): string {
  const role = viewer.agent?.role ?? "";
  const own = listings.get(viewer.permissions) ?? new Map<string, string>();
  listings.set(viewer.permissions, own);
  const listed = own.get(role);
  if (listed !== undefined) return listed;
  const shown = described.filter((each) => isShown(each, viewer));
  const key = [role, ...[...viewer.permissions].toSorted()].join();
  const json = known.get(key) ?? `[${shown.map((each) => each.json).join(",")}]`;
  known.set(key, json);
  own.set(role, json);
  return json;
}

function isShown({ operation, tool }: Described, { permissions, agent }: Viewer): boolean {
  if (!operation) return agent !== undefined;
  return permissions.has(operation.permission) && (!agent || shownFirst[agent.role].has(tool.name));
}

function compile(description: Description, operation?: Operation): Described {
  const json = JSON.stringify(description);
  const tool: unknown = JSON.parse(json);
  if (!isSpecType.Tool(tool)) throw new Error(`${description.name} cannot be told as a tool`);
  return { operation, tool, json };
}
