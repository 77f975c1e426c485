import { describe, expect, test } from "vitest";
import { wordsOf } from "./event-words.ts";

const names = {
  actor: (id: string) => (id === "a1" ? "Ada" : undefined),
  task: (id: string) => (id === "t7" ? "#7" : undefined),
};

describe("the timeline in words", () => {
  test("names the people and tasks an event only holds the ids of", () => {
    expect(wordsOf({ type: "task.assigned", data: { assignee: { kind: "agent", id: "a1" } } }, names)?.text).toBe(
      "assigned it to Ada",
    );
    expect(wordsOf({ type: "task.assigned", data: { assignee: null } }, names)?.text).toBe(
      "left it to whoever is free first",
    );
    expect(wordsOf({ type: "task.dependency_added", data: { dependsOnId: "t7" } }, names)?.text).toBe(
      "made it wait for #7",
    );
  });

  test("says why a gate failed", () => {
    expect(wordsOf({ type: "gate.finished", data: { passed: false, exitCode: 1 } })).toMatchObject({
      text: "ran the gate: failed, exit code 1",
      tone: "danger",
    });
    expect(
      wordsOf({ type: "gate.finished", data: { passed: false, exitCode: null, outcome: "timed out" } })?.text,
    ).toMatch(/timed out/);
  });

  test("tells a lost holder from a task that was given back", () => {
    const lost = { from: "in_progress", to: "todo", lease: { id: "l", end: "expired" } };
    expect(wordsOf({ type: "task.status_changed", data: lost })?.text).toMatch(/not heard of/);
    expect(wordsOf({ type: "task.status_changed", data: { ...lost, lease: { id: "l", end: "released" } } })?.text).toBe(
      "moved it to “To do”",
    );
  });

  test("never throws on data it does not know, and leaves out unknown types", () => {
    for (const type of ["task.updated", "task.claimed", "review.decided", "merge.failed", "review.commented"]) {
      expect(wordsOf({ type, data: {} })?.text).toEqual(expect.any(String));
    }
    expect(wordsOf({ type: "weather.changed", data: {} })).toBeNull();
    expect(wordsOf({ type: "message.sent", data: { body: "hello" } })).toBeNull();
  });
});
