import type { ModelMessage } from "ai";
import { expect, test } from "vitest";
import { withAnswers } from "./store.ts";

const said = (content: string): ModelMessage => ({ role: "user", content });
const calls = (...ids: string[]): ModelMessage => ({
  role: "assistant",
  content: ids.map((toolCallId) => ({ type: "tool-call", toolCallId, toolName: "write", input: {} })),
});
const answer = (toolCallId: string): ModelMessage => ({
  role: "tool",
  content: [{ type: "tool-result", toolCallId, toolName: "write", output: { type: "text", value: "done" } }],
});
/** Which calls, and in what order what follows them stands. */
const shapeOf = (messages: readonly ModelMessage[]) =>
  messages.map(({ role, content }) =>
    role === "tool"
      ? content.map((part) => (part.type === "tool-result" ? `answer ${part.toolCallId}` : "")).join()
      : role,
  );

test("a call that two deaths left without an answer is answered where it was made, before what was said next", () => {
  const kept = [said("do"), calls("a", "b"), answer("a"), said("go on"), calls("c"), said("go on")];
  expect(shapeOf(withAnswers(kept))).toEqual([
    ...["user", "assistant", "answer a", "answer b", "user", "assistant", "answer c", "user"],
  ]);
  const whole = withAnswers(kept);
  expect(withAnswers(whole)).toEqual(whole);
  expect(shapeOf(withAnswers([said("do"), calls("a")]))).toEqual(["user", "assistant", "answer a"]);
});

test("a number of a call that a model uses again does not take the answer of its first use", () => {
  const kept = [said("do"), calls("a"), answer("a"), said("again"), calls("a"), said("go on"), calls("a"), answer("a")];
  expect(shapeOf(withAnswers(kept))).toEqual([
    ...["user", "assistant", "answer a", "user", "assistant", "answer a", "user", "assistant", "answer a"],
  ]);
});
