import fc from "fast-check";
import { expect, test } from "vitest";
import { compactJson, indentedJson, jsonTokens, withUnseen } from "./json-text.ts";

test("nothing of the text is lost or added when it is taken apart, whatever it is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(
        jsonTokens(text)
          .map((each) => each.text)
          .join(""),
      ).toBe(text);
    }),
  );
});

test("names, texts, numbers and words are told apart, also where the text was cut", () => {
  expect(jsonTokens('{ "a": -1.5e3, "b": [true, "x: 1"] }').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "mark { ",
    'key "a"',
    "mark :",
    "mark  ",
    "number -1.5e3",
    "mark , ",
    'key "b"',
    "mark :",
    "mark  [",
    "word true",
    "mark , ",
    'string "x: 1"',
    "mark ] }",
  ]);
  expect(jsonTokens('{"a": "unfin').at(-1)).toEqual({ kind: "string", text: '"unfin' });
});

test("what would hide or turn around a text is shown by its number; emoji and other scripts stay", () => {
  expect(withUnseen("user\u202etxt.exe\u200b\u2066")).toBe("user\\u202etxt.exe\\u200b\\u2066");
  expect(indentedJson("👩‍💻 Zoë 你好")).toBe('"👩‍💻 Zoë 你好"');
  expect(compactJson({ a: "\u0000\u001b[31m" }, 100).text).toBe('{ "a": "\\u0000\\u001b[31m" }');
});

test("one line, whatever the depth, and never longer than what was asked for", () => {
  expect(compactJson({ a: [], b: {}, c: [1, { d: "x\ny" }] }, 100)).toEqual({
    text: '{ "a": [], "b": {}, "c": [ 1, { "d": "x\\ny" } ] }',
    isCut: false,
  });
  const { text, isCut } = compactJson("x".repeat(16_000), 200);
  expect([text.length, isCut]).toEqual([200, true]);
});
