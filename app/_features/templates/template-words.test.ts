import { expect, test } from "vitest";
import { labelOf, missingOf, valueOf, variableNames, variablesOf } from "./template-words.ts";

test("variables are found where they are written, each once, and keep what is known of them", () => {
  expect(variableNames(["Raise {{ name }} to {{version}}", "for {{name}}, not {{Name}}"])).toEqual(["name", "version"]);
  const known = { name: "version", label: "Which", type: "number" as const, required: false };
  expect(variablesOf(["name", "version"], [known])).toEqual([
    { name: "name", label: "", type: "text", required: true },
    known,
  ]);
});

test("what is written becomes what the variable is, and nothing is nothing", () => {
  expect(valueOf({ type: "number" }, "3.5")).toBe(3.5);
  expect(valueOf({ type: "boolean" }, "no")).toBe(false);
  expect(valueOf({ type: "text" }, "")).toBeUndefined();
  expect(labelOf({ name: "due_date", label: "" })).toBe("Due date");
});

test("what must be given and was not is named; what has a usual value or may be left out is not", () => {
  const text = { label: "", type: "text" as const, required: true };
  const variables = [
    { ...text, name: "file" },
    { ...text, name: "words" },
    { ...text, name: "usual", default: "main" },
    { ...text, name: "maybe", required: false },
  ];
  expect(missingOf(variables, { file: "a", words: "" })).toEqual(["words"]);
  expect(missingOf([{ ...text, name: "really", type: "boolean" }], { really: false })).toEqual([]);
});
