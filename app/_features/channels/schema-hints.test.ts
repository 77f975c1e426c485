import { expect, test } from "vitest";
import { problemOf, vetSchema } from "#server/json-schema.ts";
import { hintsOf, skeletonOf } from "./schema-hints.ts";

const build = {
  type: "object",
  required: ["version", "ok", "level", "at"],
  properties: {
    notes: { type: ["string", "null"], description: "What changed." },
    version: { type: "string" },
    ok: { type: "boolean" },
    level: { enum: ["info", "warning"] },
    at: { type: "object", required: ["line"], properties: { line: { type: "integer", minimum: 1 } } },
    files: { type: "array", items: { type: "string" } },
  },
};

test("what must be there comes first, in words", () => {
  expect(hintsOf(build).map(({ name, is, isRequired }) => `${name}: ${is}${isRequired ? "!" : ""}`)).toEqual([
    "version: string!",
    "ok: boolean!",
    'level: "info" or "warning"!',
    "at: object!",
    "notes: string or null",
    "files: list of string",
  ]);
});

test("the message to begin with satisfies the schema it was made from", () => {
  vetSchema(build);
  expect(skeletonOf(build)).toEqual({ version: "", ok: false, level: "info", at: { line: 1 } });
  expect(problemOf(build, skeletonOf(build))).toBeUndefined();
});

test("a schema that says nothing, or too much, gives few hints and no error", () => {
  expect(hintsOf({})).toEqual([]);
  expect(skeletonOf({ anyOf: [{ type: "string" }] })).toBeNull();
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, { type: "string" }]));
  expect(hintsOf({ properties: wide, required: Object.keys(wide) })).toHaveLength(30);
  const deep = (levels: number): object =>
    levels === 0 ? {} : { type: "object", required: ["in"], properties: { in: deep(levels - 1) } };
  expect(skeletonOf(deep(50))).toEqual({ in: { in: { in: { in: null } } } });
});
