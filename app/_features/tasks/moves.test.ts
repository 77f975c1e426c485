import { describe, expect, test } from "vitest";
import { taskStatuses } from "#db/enums.ts";
import { canMove } from "#server/tasks/transitions.ts";
import { movesOf, refusalOf } from "./moves.ts";

const task = { number: 12, status: "todo", openDependencies: 0, repoId: "r" } as const;

describe("moves by hand", () => {
  test("never offer what the state machine refuses", () => {
    for (const from of taskStatuses) {
      for (const to of movesOf({ ...task, status: from })) expect(canMove(from, to)).toBe(true);
    }
  });

  test("explain every refusal in a sentence that names the task", () => {
    for (const from of taskStatuses) {
      for (const to of taskStatuses) {
        const reason = refusalOf({ ...task, status: from }, to);
        if (reason !== null) expect(reason).toMatch(/^#12 .+\.$/);
        else expect(from === to || canMove(from, to)).toBe(true);
      }
    }
  });

  test("a task with open dependencies cannot be started, and the words say what to do", () => {
    expect(refusalOf({ ...task, openDependencies: 2 }, "in_progress")).toBe(
      "#12 waits for 2 tasks that are not done. Finish them, or remove the dependency.",
    );
  });

  test("say where a task can go instead", () => {
    expect(refusalOf({ ...task, status: "failed" }, "done")).toBe(
      "#12 has failed. From there it can go to “To do” or “Cancelled”.",
    );
    expect(refusalOf({ ...task, status: "done" }, "todo")).toMatch(/Archive it/);
  });
});
