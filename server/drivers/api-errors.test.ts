import { expect, test } from "vitest";
import { inWords, messageOf } from "./api-errors.ts";
import { openTools, updatesOf } from "./acp-updates.ts";

const message = "anthropic/claude is not reached by /v1/responses; choose another model or agent.";
const json = JSON.stringify({ type: "error", error: { type: "invalid", message, code: "invalid" } });

test("what an API refuses is told as its message, whatever the agent puts before it", () => {
  expect(inWords(json)).toBe(message);
  expect(inWords(`API Error: 400 ${json}\n`)).toBe(`API Error: 400 ${message}`);
  expect(inWords('{"error":"no model"}')).toBe("no model");
  for (const other of ["", "{", "use {braces}", '{"a":1}', 'see {"error":{"message":"x"}} there'])
    expect(inWords(other)).toBe(other);
  expect(messageOf(`It says ${json}`), "an agent that speaks of one").toBeUndefined();
});

test("an agent that answers with an API's refusal as JSON has failed, in words", () => {
  const said = (text: string) =>
    updatesOf({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } }, openTools());
  expect(said(json)).toEqual([{ kind: "error", message }]);
  expect(said('{"a":1}')).toEqual([{ kind: "text", text: '{"a":1}' }]);
});
