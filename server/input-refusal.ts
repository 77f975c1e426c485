import { z } from "zod";
import { AppError } from "./errors.ts";
import { depthOf } from "./json-depth.ts";
import { meantName } from "./near-names.ts";
import { smallestCalls } from "./smallest-call.ts";

/**
 * Reads an input, or says in one line everything that is wrong with it; when a name is missing or misspelt also which
 * names there are, which one was probably meant, and the smallest call that works, so that the next try is right.
 * @throws AppError invalid
 */
export function parseOrRefuse<Input extends z.ZodObject>(name: string, schema: Input, raw: unknown): z.output<Input> {
  if (depthOf(raw, mostLevels) > mostLevels)
    throw new AppError("invalid", `${name}: the input is nested deeper than ${mostLevels} levels.`);
  const parsed = schema.safeParse(raw ?? {}, { error: sayMissing });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const said = issues.map(({ path, message }) => (path.length > 0 ? `${pathText(path)}: ${message}` : message));
  const isAboutNames = issues.some(({ code, path, message }) => {
    return path.length <= 1 && (code === "unrecognized_keys" || message === MISSING);
  });
  const names = isAboutNames ? `${meantIn(issues, schema, raw)} It takes ${namesOf(schema)}.${smallestOf(schema)}` : "";
  throw new AppError("invalid", `${name}: ${said.join("; ").replace(/([^.])$/, "$1.")}${names}`, {
    issues: issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

/** Deeper input would end whatever walks through it by recursion, checking, hashing and writing it as JSON alike. */
const mostLevels = 100;

const MISSING = "is missing";

const sayMissing: z.core.$ZodErrorMap = ({ code, input }) =>
  code === "invalid_type" && input === undefined ? MISSING : undefined;

/** `comments[0].path` */
const pathText = (path: readonly PropertyKey[]) =>
  path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at > 0 ? "." : ""}${String(step)}`)).join("");

/** ` Did you mean name for operation?`, of the names that nobody here knows and for which there is one. */
function meantIn(issues: readonly z.core.$ZodIssue[], { shape }: z.ZodObject, raw: unknown): string {
  const given = typeof raw === "object" && raw !== null ? Object.keys(raw) : [];
  const free = Object.keys(shape).filter((name) => !given.includes(name));
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys.slice(0, 5) : [],
  );
  const meant = unknown.flatMap((key) => {
    const name = meantName(key, free);
    return name === undefined ? [] : [`${name} for ${key.slice(0, 40)}`];
  });
  return meant.length > 0 ? ` Did you mean ${meant.join(", ")}?` : "";
}

function smallestOf(schema: z.ZodObject): string {
  const smallest = smallestCalls.get(schema);
  return smallest ? ` The smallest call: ${JSON.stringify(smallest.call)}` : "";
}

/** `task, summary, commit (optional)`, those that must be there first. */
function namesOf({ shape }: z.ZodObject): string {
  const isOptional = (property: z.core.$ZodType) => z.safeParse(property, undefined).success;
  const fields = Object.entries<z.core.$ZodType>(shape);
  const needed = fields.filter(([, field]) => !isOptional(field)).map(([name]) => name);
  const optional = fields.filter(([, field]) => isOptional(field)).map(([name]) => `${name} (optional)`);
  return [...needed, ...optional].join(", ") || "no fields";
}
