import { expect, test } from "vitest";
import { answerOf, emptyValues, fieldsOf, missingField } from "./form-fields.ts";

const schema = {
  type: "object",
  properties: {
    colour: { type: "string", enum: ["blue", "green"], title: "Colour" },
    times: { type: "integer", default: 2 },
    loud: { type: "boolean" },
    rooms: { type: "array", items: { type: "string", enum: ["a", "b"] } },
  },
  required: ["colour"],
};

test("a form has a field for each property, with its default, and sends only what was filled in", () => {
  expect(fieldsOf(schema).map(({ label, type, isRequired }) => [label, type, isRequired])).toEqual([
    ["Colour", "string", true],
    ["times", "integer", false],
    ["loud", "boolean", false],
    ["rooms", "array", false],
  ]);
  const values = emptyValues(schema);
  expect(missingField(schema, values)?.name).toBe("colour");
  expect(answerOf(schema, { ...values, colour: "blue" })).toEqual({ colour: "blue", times: 2, loud: false });
  expect(answerOf(schema, { ...values, colour: "blue", times: "", rooms: ["b"] })).toEqual({
    colour: "blue",
    loud: false,
    rooms: ["b"],
  });
});

test("fields stand in the order they were asked for, whatever order the database keeps them in", () => {
  const kept = { ...schema, "x-order": ["loud", "rooms", "colour", "times"] };
  expect(fieldsOf(kept).map(({ name }) => name)).toEqual(["loud", "rooms", "colour", "times"]);
});

test("a single value is sent as it is, and what is no number is left for the server to refuse", () => {
  expect(answerOf({ type: "string" }, { "": "Go" })).toBe("Go");
  expect(answerOf({ type: "number" }, { "": "1.5" })).toBe(1.5);
  expect(answerOf({ type: "number" }, { "": "many" })).toBe("many");
  expect(missingField({ type: "string" }, { "": "  " })?.label).toBe("Your answer");
  expect(fieldsOf("no schema at all")).toHaveLength(1);
});
