import { describe, expect, test } from "vitest";
import { eventData } from "#server/events/registry.ts";
import { actorWords } from "./actor-words.ts";
import { eventTypes, plainWords, sentenceOf } from "./sentence.ts";

const names = {
  nameOf: (id: string) => ({ a1: "Ada", r1: "webshop" })[id],
  taskNumberOf: (id: string) => (id === "t7" ? 7 : undefined),
};
const event = (type: string, data: Record<string, unknown>, subjectId = "") =>
  ({ type, data, subjectId, taskId: "t12", taskNumber: 12 }) as const;

describe("events as sentences", () => {
  test("tell every type of event there is, and one from a newer server", () => {
    expect(eventTypes().toSorted()).toEqual(Object.keys(eventData).toSorted());
    expect(plainWords(sentenceOf(event("plan.approved_twice", {})))).toBe("plan approved twice");
  });

  test("name whom and what an event holds only the ids of", () => {
    const assigned = event("task.assigned", { assignee: { kind: "agent", id: "a1" } });
    expect(plainWords(sentenceOf(assigned, names))).toBe("assigned #12 to Ada");
    expect(plainWords(sentenceOf(event("task.dependency_added", { dependsOnId: "t7", open: true }), names))).toBe(
      "made #12 wait for #7",
    );
    expect(plainWords(sentenceOf(event("repo.ready", { headCommit: null }, "r1"), names))).toBe(
      "got webshop ready, still empty",
    );
  });

  test("say “it” on the task's own page", () => {
    const moved = event("task.status_changed", { from: "in_review", to: "done" });
    expect(plainWords(sentenceOf(moved, names, { onTask: "t12" }))).toBe("moved it to “Done”");
    expect(plainWords(sentenceOf(moved, names, { onTask: "t13" }))).toBe("moved #12 to “Done”");
  });

  test("tell what happens to a session by where it stood, and one of somebody else's without its name", () => {
    const moved = (from: string, to: string) =>
      plainWords(sentenceOf(event("session.moved", { from, to, reason: null })));
    expect(moved("initializing", "ready")).toBe("got ready for work");
    expect(moved("paused", "ready")).toBe("resumed a session");
    expect(moved("running", "ready")).toBe("ended a turn");
    expect(moved("stopped", "initializing")).toBe("took a session up again");
    expect(plainWords(sentenceOf(event("session.created", { parentId: null, name: "Fix it" })))).toBe(
      "began a session: Fix it",
    );
    expect(plainWords(sentenceOf(event("session.created", { parentId: null })))).toBe("began a session of their own");
    expect(plainWords(sentenceOf(event("workspace.renamed", {})))).toBe("renamed a workspace");
  });

  test("keep what somebody said apart from our own words", () => {
    const failed = sentenceOf(event("merge.failed", { status: "failed", reason: "Exit code 1", gateRunId: null }));
    expect(failed).toMatchObject({ quote: "Exit code 1", tone: "danger" });
    expect(plainWords(failed)).toBe("could not merge #12");
  });
});

test("a sentence of a part of the system begins as one would say it, and a person keeps their name", () => {
  expect(actorWords({ kind: "system", name: "sessions" })).toBe("A session");
  expect(actorWords({ kind: "system", name: "something newer" })).toBe("something newer");
  expect(actorWords({ kind: "user", name: "sessions" })).toBe("sessions");
});
