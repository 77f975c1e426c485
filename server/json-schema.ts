import { Ajv2020, type AnySchemaObject, type ValidateFunction } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import { AppError } from "./errors.ts";
import { depthOf } from "./json-depth.ts";

/** JSON Schema as somebody outside wrote it: the owner of a channel, or an attached server. */
export type JsonSchema = Record<string, unknown>;

const mostLevels = 64;
const schemaBytes = 32_768;
const mostDepth = 20;
/** Subschemas after references are written out: with a payload of 16 KB the work of one check is bounded by both. */
const mostSubschemas = 100;
/** Instructions of all patterns together: RE2 takes time by these times the length of the text, whatever the pattern. */
const mostPatternSteps = 300;

/** Keywords whose value is a schema, a list of schemas, or schemas by name; every other that is understood stays as it is. */
const one = new Set(
  "additionalProperties propertyNames items contains not if then else unevaluatedItems unevaluatedProperties".split(
    " ",
  ),
);
const several = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const named = new Set(["properties", "patternProperties", "dependentSchemas"]);
const plain = new Set(
  `type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems
  minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired`.split(/\s+/),
);
/** Says something to readers and nothing to the check. */
const remarks = new Set(
  "$schema $comment title description default examples format deprecated readOnly writeOnly $defs definitions".split(
    " ",
  ),
);

/**
 * Checks that a schema may be used on what strangers send: of a bounded size, without circles, every keyword known, and
 * every pattern one that is matched in time linear to the text.
 * @throws AppError too_large past 32 KB, invalid with what is wrong and what is possible.
 */
export function vetSchema(schema: unknown): JsonSchema {
  if (!isObject(schema)) throw wrong("it must be an object");
  if (depthOf(schema, mostLevels) > mostLevels) throw wrong(`it is nested deeper than ${mostLevels} levels`);
  if (Buffer.byteLength(JSON.stringify(schema)) > schemaBytes) {
    throw new AppError("too_large", "The schema of messages may have 32 KB.");
  }
  compile(schema);
  return schema;
}

/** @returns why a payload is not what the schema asks for, undefined when it is. */
export function problemOf(schema: JsonSchema, payload: unknown): string | undefined {
  const check = validatorOf(schema);
  if (check(payload)) return undefined;
  const [first] = check.errors ?? [];
  return `${first?.instancePath ? `payload${first.instancePath}` : "payload"} ${first?.message ?? "does not fit"}`;
}

const validators = new Map<string, ValidateFunction>();

/** Compiled once for the process; a schema that changed is another text. */
function validatorOf(schema: JsonSchema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known) return known;
  if (validators.size >= 200) validators.clear();
  const made = compile(schema);
  validators.set(key, made);
  return made;
}

/** Knows the schema of schemas and checks others by it. */
const meta = new Ajv2020({ strict: false, validateFormats: false, logger: false });

function compile(schema: JsonSchema): ValidateFunction {
  const written = writeOut(schema);
  if (!meta.validateSchema(written)) throw wrong(meta.errorsText(meta.errors?.slice(0, 1), { dataVar: "schema" }));
  try {
    // One of its own each time: it keeps every schema it saw for ever.
    return new Ajv2020({
      ...{ strict: false, validateFormats: false, ownProperties: true, logger: false, meta: false },
      ...{ validateSchema: false, code: { regExp: Object.assign(countPatterns(), { code: "" }) } },
    }).compile(written);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw wrong(error instanceof Error ? error.message : "it cannot be read");
  }
}

/** The schema with its references replaced by what they refer to, which has to end. */
function writeOut(root: JsonSchema): AnySchemaObject {
  let subschemas = 0;

  function expand(schema: unknown, depth: number, within: readonly string[]): unknown {
    if (typeof schema === "boolean") return schema;
    if (!isObject(schema)) throw wrong("each of its parts must be an object or true or false");
    if (++subschemas > mostSubschemas) throw wrong(`it has more than ${mostSubschemas} parts, references written out`);
    if (depth > mostDepth) throw wrong(`its parts are nested deeper than ${mostDepth} levels`);
    const { $ref: ref, ...rest } = schema;
    const own = Object.fromEntries(Object.entries(rest).flatMap((entry) => keep(entry, depth, within)));
    if (ref === undefined) return own;
    const others: unknown[] = Array.isArray(own.allOf) ? own.allOf : [];
    return { ...own, allOf: [...others, follow(ref, depth, within)] };
  }

  function keep([keyword, value]: [string, unknown], depth: number, within: readonly string[]): [string, unknown][] {
    const into = (inner: unknown) => expand(inner, depth + 1, within);
    if (one.has(keyword)) return [[keyword, into(value)]];
    if (several.has(keyword) && Array.isArray(value)) return [[keyword, value.map(into)]];
    if (named.has(keyword) && isObject(value)) {
      if (keyword === "patternProperties" && Object.keys(value).length > 5)
        throw wrong("it has more than five patternProperties at one place");
      return [[keyword, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, into(inner)]))]];
    }
    // Comparing all items with all others would take the square of their number.
    if (keyword === "uniqueItems" && value === true) throw wrong("uniqueItems is not understood here");
    if (plain.has(keyword) || several.has(keyword) || named.has(keyword)) return [[keyword, value]];
    if (remarks.has(keyword)) return [];
    throw wrong(`${keyword.slice(0, 40)} is not understood here`);
  }

  function follow(ref: unknown, depth: number, within: readonly string[]): unknown {
    const [, place, name] = /^#\/(\$defs|definitions)\/([^/~%]{1,80})$/.exec(String(ref)) ?? [];
    const places = place === undefined ? undefined : root[place];
    const target = isObject(places) && name !== undefined && Object.hasOwn(places, name) ? places[name] : undefined;
    if (name === undefined || target === undefined) throw wrong(`$ref may only lead to #/$defs/<name> in itself`);
    if (within.includes(name)) throw wrong(`the definition ${name} refers to itself; write out as deep as you need`);
    return expand(target, depth + 1, [...within, name]);
  }

  const written = expand(root, 0, []);
  return isObject(written) ? written : {};
}

/** Patterns by RE2, whose time is linear in the text; what is left is how large they are. */
function countPatterns() {
  let steps = 0;
  return (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    steps += compiled.programSize();
    if (steps > mostPatternSteps) throw wrong("its patterns are too large together");
    return { test: (text: string) => compiled.matcher(text).find() };
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (what: string) =>
  new AppError("invalid", `This schema cannot be used: ${what.slice(0, 300)}. It is JSON Schema 2020-12.`);
