import fc from "fast-check";
import { expect, test } from "vitest";
import { problemOf, vetSchema } from "./json-schema.ts";

const refused = (words: RegExp) => expect.objectContaining({ code: "invalid", message: expect.stringMatching(words) });
const chain = (length: number, make: (next: object) => object): object => {
  let schema: object = {};
  for (let level = 0; level < length; level++) schema = make(schema);
  return schema;
};

test("a message is held to its schema, and told what is wrong where", () => {
  const schema = vetSchema({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: ["version"],
    properties: {
      version: { type: "string", pattern: "^v\\d+(\\.\\d+)*$" },
      tags: { type: "array", items: { $ref: "#/$defs/tag" }, maxItems: 2 },
    },
    additionalProperties: false,
    $defs: { tag: { enum: ["a", "b"] } },
  });
  expect(problemOf(schema, { version: "v1.2", tags: ["a", "b"] })).toBeUndefined();
  expect(problemOf(schema, { version: "1.2" })).toBe('payload/version must match pattern "^v\\d+(\\.\\d+)*$"');
  expect(problemOf(schema, { version: "v1", tags: ["c"] })).toMatch(/^payload\/tags\/0 /);
  expect(problemOf(schema, { version: "v1", more: 1 })).toBe("payload must NOT have additional properties");
  expect(problemOf(schema, null)).toBe("payload must be object");
});

test("a schema made to hurt is refused, and says why", () => {
  const wide = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`p${n}`, {}]));
  const doubling = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`d${n}`, { allOf: [1, 2].map(() => ({ $ref: `#/$defs/d${n + 1}` })) }]),
  );
  const hostile: [unknown, RegExp][] = [
    [chain(5_000, (not) => ({ not })), /nested deeper/],
    [chain(30, (items) => ({ items })), /nested deeper/],
    [{ $ref: "#" }, /\$ref may only lead to/],
    [{ $ref: "https://example.org/schema" }, /\$ref may only lead to/],
    [{ $ref: "#/$defs/a", $defs: { a: { items: { $ref: "#/$defs/a" } } } }, /refers to itself/],
    [{ $ref: "#/$defs/d0", $defs: { ...doubling, d12: {} } }, /parts/],
    [{ properties: wide }, /more than 100 parts/],
    [{ $dynamicRef: "#x" }, /not understood/],
    [{ $id: "https://example.org" }, /not understood/],
    [{ uniqueItems: true }, /not understood/],
    [{ pattern: "(a)\\1" }, /cannot be used/],
    [{ pattern: "(?=a)a" }, /cannot be used/],
    [{ pattern: "(" }, /cannot be used/],
    [{ pattern: "(a{100}){100}" }, /cannot be used/],
    [{ anyOf: Array.from({ length: 40 }, () => ({ pattern: "[a-z]{1,60}x" })) }, /patterns are too large/],
    [{ type: "strange" }, /type/],
    [{ properties: { a: 1 } }, /object or true or false/],
    [{ constructor: {} }, /not understood/],
    [JSON.parse('{"__proto__": {"type": "string"}}'), /not understood/],
  ];
  for (const [schema, words] of hostile) expect(() => vetSchema(schema)).toThrow(refused(words));
  expect(() => vetSchema({ description: "x".repeat(33_000) })).toThrow(expect.objectContaining({ code: "too_large" }));
});

test("catastrophic patterns are matched in time that grows with the text", () => {
  for (const pattern of ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)x$", "^([a-z]+)*[0-9]$"]) {
    const schema = vetSchema({ type: "string", pattern });
    const before = process.cpuUsage();
    expect(problemOf(schema, `${"a".repeat(16_000)}!`)).toMatch(/must match pattern/);
    const { user } = process.cpuUsage(before);
    // A backtracking engine takes longer than the age of the universe.
    expect(user).toBeLessThan(3_000_000);
  }
});

test("whatever is sent as a schema is used or refused, never a failure, and a check always ends with an answer", () => {
  const keyword = fc.constantFrom(
    "type",
    "enum",
    "properties",
    "items",
    "anyOf",
    "not",
    "$ref",
    "$defs",
    "pattern",
    "minimum",
    "required",
    "if",
    "prefixItems",
    "patternProperties",
    "x",
    "__proto__",
    "const",
  );
  const schemas = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue(),
      fc.dictionary(keyword, tie("any"), { maxKeys: 4 }),
      fc.constantFrom("string", "#/$defs/a", "a+", ["a"]),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(keyword, schemas, { maxKeys: 4 }), fc.jsonValue(), (schema, payload) => {
      try {
        const vetted = vetSchema(JSON.parse(JSON.stringify(schema)));
        expect(["string", "undefined"]).toContain(typeof problemOf(vetted, payload));
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid" });
      }
    }),
    { numRuns: 500 },
  );
});
