import { expect, test } from "vitest";
import { indentJson, sizeText } from "./report-words.ts";

test("sizes have one unit, and JSON its lines", () => {
  expect([812, 12_400, 3_100_000].map(sizeText)).toEqual(["812 B", "12.4 kB", "3.1 MB"]);
  expect(indentJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(indentJson('{"a":')).toBe('{"a":');
});
