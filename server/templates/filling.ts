import { RE2JS } from "re2js";
import { AppError } from "../errors.ts";
import type { Variable } from "./schema.ts";

type Value = string | number | boolean;

/**
 * Checks what was given for a template's variables and fills in the defaults.
 * @throws AppError invalid, naming everything that does not fit.
 */
export function checkParameters(variables: readonly Variable[], given: Record<string, Value>): Record<string, Value> {
  const problems: string[] = [];
  const unknown = Object.keys(given).filter((name) => !variables.some((one) => one.name === name));
  if (unknown.length > 0) problems.push(`There is no variable ${unknown.join(", ")}.`);
  const filled: Record<string, Value> = {};
  for (const variable of variables) {
    const value = Object.hasOwn(given, variable.name) ? given[variable.name] : variable.default;
    const problem =
      value === undefined || value === "" ? (variable.required ? "is missing" : null) : problemOf(variable, value);
    if (problem) problems.push(`${variable.name} ${problem}.`);
    filled[variable.name] = value ?? "";
  }
  if (problems.length > 0) throw new AppError("invalid", problems.join(" "));
  return filled;
}

function problemOf({ type, choices, pattern }: Variable, value: Value): string | null {
  if (type === "number") return typeof value === "number" && Number.isFinite(value) ? null : "must be a number";
  if (type === "boolean") return typeof value === "boolean" ? null : "must be true or false";
  if (typeof value !== "string") return "must be a text";
  if (type === "choice") return choices?.includes(value) ? null : `must be one of: ${choices?.join(", ")}`;
  return pattern && !RE2JS.compile(pattern).matches(value) ? `must look like ${pattern}` : null;
}

/** @throws AppError invalid for a variable that no value fits, or a body that names one which is not there. */
export function refuseMisfit(variables: readonly Variable[], body: unknown): void {
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw new AppError("invalid", `The variable ${twice} stands there twice.`);
  for (const variable of variables) {
    if (variable.type === "choice" && !variable.choices)
      throw new AppError("invalid", `${variable.name} needs its choices.`);
    if (variable.pattern !== undefined) readPattern(variable.name, variable.pattern);
    const problem = variable.default === undefined ? null : problemOf(variable, variable.default);
    if (problem) throw new AppError("invalid", `The default of ${variable.name} ${problem}.`);
  }
  const used = [...JSON.stringify(body).matchAll(/\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g)].map(([, name = ""]) => name);
  const missing = used.find((name) => !names.includes(name));
  if (missing) throw new AppError("invalid", `{{${missing}}} is used, but there is no variable of that name.`);
}

function readPattern(name: string, pattern: string): void {
  try {
    RE2JS.compile(pattern);
  } catch {
    throw new AppError("invalid", `The pattern of ${name} is no regular expression (RE2).`);
  }
}

/** The body with values in their places. A value is only ever text of a field: it makes no new fields. */
export const fillBody = (body: Record<string, unknown>, values: Record<string, Value>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).map(([key, inner]) => [key, fill(inner, values)]));

function fill(body: unknown, values: Record<string, Value>): unknown {
  if (typeof body === "string") {
    const whole = /^\{\{\s*([a-z][a-z0-9_]*)\s*\}\}$/.exec(body)?.[1];
    if (whole !== undefined) return values[whole];
    return body.replace(/\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g, (_, name: string) => String(values[name] ?? ""));
  }
  if (Array.isArray(body)) return body.map((one) => fill(one, values));
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, inner]) => [key, fill(inner, values)]));
}
