import type { Tool } from "@modelcontextprotocol/server";
import { z } from "zod";
import { parseOrRefuse } from "#server/input-refusal.ts";
import { describeTool } from "./describe-tool.ts";

// How an agent reaches what it is not shown at first: it finds an operation by words and runs it by name.

const findInput = z.strictObject({
  words: z.string().max(200).default("").describe("What you want to do, such as: archive task. Nothing: all names."),
  limit: z.int().min(1).max(20).default(5).describe("How many are told with their input."),
});
const findOutput = z.object({
  operations: z.array(z.unknown()).describe("name, summary and inputSchema, best first."),
  alsoThere: z.array(z.string()).describe("Names of the others that you may use."),
});
const runInput = z.strictObject({
  name: z.string().max(100).describe("The operation's name, as find_operation told it."),
  input: z.record(z.string(), z.unknown()).default({}).describe("What its inputSchema asks for."),
});

const find = {
  name: "find_operation",
  summary:
    "Find what else you can do here by words: names, summaries and inputs of operations that are not among your tools.",
  input: findInput,
  output: findOutput,
};
const run = {
  name: "run_operation",
  summary: "Run an operation that find_operation told you of, under the same permissions and leases as a tool.",
  input: runInput,
};

export const reachingTools = [describeTool(find, "reads"), describeTool(run, "destroys")];
export const FIND = find.name;
export const RUN = run.name;

/** @throws AppError invalid */
export const readRun = (raw: unknown) => parseOrRefuse(RUN, runInput, raw);

/** Those of the tools that the words fit, best first, whole; the others by name. @throws AppError invalid */
export function findAmong(usable: readonly Tool[], raw: unknown): z.output<typeof findOutput> {
  const { words, limit } = parseOrRefuse(FIND, findInput, raw);
  const wanted = stems(words);
  const fitting = usable
    .map((tool) => ({ tool, score: scoreOf(tool, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || one.tool.name.localeCompare(other.tool.name))
    .slice(0, limit)
    .map(({ tool }) => tool);
  return {
    operations: fitting.map(({ name, description, inputSchema }) => ({ name, summary: description, inputSchema })),
    alsoThere: usable.filter((tool) => !fitting.includes(tool)).map(({ name }) => name),
  };
}

/** A word in the name says most, one in the summary some, one among the fields a little. */
function scoreOf({ name, description = "", inputSchema }: Tool, wanted: readonly string[]): number {
  const inName = stems(name);
  const inSummary = stems(description);
  const inFields = stems(Object.keys(inputSchema.properties ?? {}).join(" "));
  const score = wanted.reduce(
    (sum, word) =>
      sum + (inName.includes(word) ? 6 : 0) + (inSummary.includes(word) ? 2 : 0) + (inFields.includes(word) ? 1 : 0),
    0,
  );
  // Of two that hold the same words the one that holds little else is meant.
  return score === 0 ? 0 : score - inName.length / 10;
}

/** Words in small letters without the endings that hide that two are the same. */
const stems = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)
    .map((word) => (word.length > 3 ? word.replace(/(ies|es|s|ing|ed|e|y)$/, "") : word));
