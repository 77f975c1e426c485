import { expect, test } from "vitest";
import { sessionStatuses, taskStatuses } from "#db/enums.ts";
import { decideNext, type Standing } from "./deciding.ts";

const working: Standing = {
  ...{ task: "in_progress", leaseEnd: null, overSeconds: 0, session: "ready", isIdle: false, hasWords: false },
  ...{ stopReason: "end_turn", failureCode: null, nudges: 0, faults: 0 },
};
const next = (changes: Partial<Standing>) => decideNext({ ...working, ...changes });

test("whoever ended the turn without handing over is told so a few times, then people decide", () => {
  expect([0, 1, 2, 3].map((nudges) => next({ nudges }))).toEqual(["go_on", "go_on", "go_on", "fail"]);
  expect(next({ hasWords: true })).toBe("nothing");
  expect(next({ stopReason: "cancelled" })).toBe("nothing");
});

test("what passes by itself is tried again in a while, a fault of the agent three times", () => {
  expect(next({ failureCode: "over_budget", faults: 9 })).toBe("rest");
  expect(next({ failureCode: "busy", faults: 9 })).toBe("rest");
  expect([1, 2, 3].map((faults) => next({ failureCode: "internal", faults }))).toEqual(["rest", "rest", "fail"]);
  expect(next({ session: "stopped" })).toBe("fail");
  expect(next({ session: "stopped", isIdle: true })).toBe("go_on");
});

test("a turn whose lease is gone is ended, one that handed over may say its last words", () => {
  for (const session of ["running", "waiting"] as const) {
    expect(next({ leaseEnd: "revoked", session, task: "todo" })).toBe("cancel");
    expect(next({ leaseEnd: "expired", session, task: "in_progress" })).toBe("cancel");
    expect(next({ leaseEnd: "completed", session, task: "in_review", overSeconds: 5 })).toBe("nothing");
    expect(next({ leaseEnd: "completed", session, task: "in_review", overSeconds: 61 })).toBe("cancel");
  }
});

test("the session of a task that is over ends, and no move is made for a task that nobody holds", () => {
  for (const session of sessionStatuses)
    for (const task of taskStatuses) {
      const isUp = ["initializing", "ready", "running", "waiting", "paused"].includes(session);
      const isOver = task === "done" || task === "cancelled";
      const decided = next({ session, task, leaseEnd: "completed", overSeconds: 1 });
      expect([session, task, decided]).toEqual([session, task, isOver && isUp ? "stop" : "nothing"]);
      if (task !== "in_progress" && !isOver) expect(next({ session, task })).toBe("nothing");
    }
});
