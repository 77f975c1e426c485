import { expect, test } from "vitest";
import { taskStatuses } from "#db/enums.ts";
import type { Board, Card } from "#server/tasks/schema.ts";
import { cardOn, changed, neighbour } from "./board-data.ts";

const at = "2026-01-01T00:00:00.000Z";
const card = (number: number, change: Partial<Card> = {}): Card => ({
  id: `t${number}`,
  number,
  teamId: "team",
  repoId: null,
  title: `Task ${number}`,
  type: "feature",
  priority: "medium",
  status: "todo",
  assignee: null,
  lease: null,
  dependencies: 0,
  openDependencies: 0,
  tags: [],
  branch: `task-${number}`,
  headCommit: null,
  rework: 0,
  messages: 0,
  review: null,
  merge: null,
  waitsFor: null,
  tokens: 0,
  costMicros: 0,
  origin: null,
  tainted: false,
  createdAt: at,
  updatedAt: at,
  statusChangedAt: at,
  archivedAt: null,
  ...change,
});
const boardOf = (...cards: Card[]): Board => ({
  seq: 1,
  columns: taskStatuses.map((status) => {
    const own = cards.filter((each) => each.status === status).sort((a, b) => b.number - a.number);
    return { status, total: own.length, cards: own };
  }),
});

test("a card is found by its id and by its number", () => {
  const board = boardOf(card(1), card(2, { status: "done" }));
  expect(cardOn(board, "t2")?.number).toBe(2);
  expect(cardOn(board, 1)?.id).toBe("t1");
  expect(cardOn(board, 9)).toBeUndefined();
});

test("a task that leaves work has no lease any more", () => {
  const lease = {
    id: "l",
    fence: 1,
    since: at,
    expiresAt: null,
    holder: { kind: "agent", id: "a", name: "Ada" },
  } as const;
  const held = card(1, { status: "in_progress", lease });
  expect(changed(held, { status: "todo" }).lease).toBeNull();
  expect(changed(held, { priority: "high" })).toMatchObject({ lease, statusChangedAt: at, priority: "high" });
});

test("the keys step over empty columns and stop at the ends", () => {
  const columns = [[card(3), card(2), card(1)], [], [card(5)]];
  expect(neighbour(columns, null, "j")?.number).toBe(3);
  expect(neighbour(columns, "t3", "j")?.number).toBe(2);
  expect(neighbour(columns, "t1", "j")?.number).toBe(1);
  expect(neighbour(columns, "t1", "l")?.number).toBe(5);
  expect(neighbour(columns, "t5", "l")?.number).toBe(5);
  expect(neighbour(columns, "t5", "h")?.number).toBe(3);
});
