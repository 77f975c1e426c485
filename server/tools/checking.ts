import { problemOf } from "../json-schema.ts";
import { AppError } from "../errors.ts";
import { depthOf } from "../json-depth.ts";
import { nearNames } from "../near-names.ts";
import type { Tool } from "./tool.ts";

const mostLevels = 50;
const mostBytes = 2 * 1024 * 1024;

/**
 * Reads what a model sent for a tool. Schemas of attached servers that are beyond what we check are left to the server.
 * @throws AppError invalid or too_large, saying which names there are.
 */
export function checkInput(
  { name, parameters }: Pick<Tool, "name" | "parameters">,
  raw: unknown,
): Record<string, unknown> {
  if (depthOf(raw, mostLevels) > mostLevels)
    throw new AppError("invalid", `${name}: the arguments are nested deeper than ${mostLevels} levels.`);
  const input = raw ?? {};
  if (!isObject(input))
    throw new AppError("invalid", `${name}: the arguments must be a JSON object. ${namesOf(parameters)}`);
  if (Buffer.byteLength(JSON.stringify(input)) > mostBytes)
    throw new AppError("too_large", `${name}: the arguments are larger than ${mostBytes} bytes.`);
  refuseUnknown(name, parameters, input);
  refuseMissing(name, parameters, input);
  const problem = problemIn(parameters, input);
  if (problem) throw new AppError("invalid", `${name}: ${problem}. ${namesOf(parameters)}`);
  return input;
}

function refuseUnknown(name: string, parameters: Tool["parameters"], input: Record<string, unknown>): void {
  if (parameters.additionalProperties !== false) return;
  const known = Object.keys(propertiesOf(parameters));
  const unknown = Object.keys(input).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  const near = unknown.flatMap((key) => nearNames(key, known));
  const hint = near.length > 0 ? ` Did you mean ${[...new Set(near)].join(", ")}?` : "";
  const shown = unknown.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
  throw new AppError("invalid", `${name} has no argument ${shown.join(", ")}.${hint} ${namesOf(parameters)}`);
}

function refuseMissing(name: string, parameters: Tool["parameters"], input: Record<string, unknown>): void {
  const missing = requiredOf(parameters).filter((key) => !Object.hasOwn(input, key));
  if (missing.length > 0)
    throw new AppError("invalid", `${name}: ${missing.join(", ")} is missing. ${namesOf(parameters)}`);
}

/** The check is the one for schemas of strangers: bounded in size and time. */
function problemIn(parameters: Tool["parameters"], input: Record<string, unknown>): string | undefined {
  try {
    return problemOf(parameters, input)?.replace(/^payload/, "the arguments");
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function namesOf(parameters: Tool["parameters"]): string {
  const required = requiredOf(parameters);
  const names = Object.keys(propertiesOf(parameters)).map((key) =>
    required.includes(key) ? key : `${key} (optional)`,
  );
  return names.length > 0 ? `It takes ${names.join(", ")}.` : "It takes no arguments.";
}

const propertiesOf = ({ properties }: Tool["parameters"]): Record<string, unknown> =>
  isObject(properties) ? properties : {};

const requiredOf = ({ required }: Tool["parameters"]): string[] =>
  Array.isArray(required) ? required.filter((key): key is string => typeof key === "string") : [];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
