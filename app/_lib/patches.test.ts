import { expect, test } from "vitest";
import { taskStatuses } from "#db/enums.ts";
import type { Board, Card, TaskDetail } from "#server/tasks/schema.ts";
import { patchAtWork, patchBoard, patchGraph, patchTask, patchTaskPage } from "./patches.ts";

const at = "2026-01-01T00:00:00.000Z";
const card = (number: number, more: Partial<Card> = {}): Card => ({
  id: `task-${number}`,
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
  branch: "",
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
  ...more,
});

function boardOf(cards: Card[], totals: Partial<Record<Card["status"], number>> = {}): Board {
  const columns = taskStatuses.map((status) => {
    const shown = cards.filter((one) => one.status === status).toSorted((a, b) => b.number - a.number);
    return { status, total: totals[status] ?? shown.length, cards: shown };
  });
  return { seq: 1, columns };
}
const column = (board: Board | undefined, status: Card["status"]) => {
  const found = board?.columns.find((one) => one.status === status);
  return { total: found?.total, numbers: found?.cards.map(({ number }) => number) };
};

test("a card moves between columns, keeps the order of numbers, and the totals follow", () => {
  const board = boardOf([card(1), card(2), card(3, { status: "in_progress" }), card(1_000, { status: "in_progress" })]);
  const moved = patchBoard(board, card(2, { status: "in_progress" }));
  expect(column(moved, "todo")).toEqual({ total: 1, numbers: [1] });
  expect(column(moved, "in_progress")).toEqual({ total: 3, numbers: [1_000, 3, 2] });
});

test("a new card appears in its place, an archived one leaves", () => {
  const board = boardOf([card(1), card(3)]);
  expect(column(patchBoard(board, card(2)), "todo")).toEqual({ total: 3, numbers: [3, 2, 1] });
  expect(column(patchBoard(board, card(3, { archivedAt: at })), "todo")).toEqual({ total: 1, numbers: [1] });
  expect(patchBoard(board, card(9, { archivedAt: at }))).toEqual(board);
});

test("the same card twice changes nothing the second time", () => {
  const once = patchBoard(boardOf([card(1), card(2)]), card(2, { status: "done" }));
  expect(once && patchBoard(once, card(2, { status: "done" }))).toEqual(once);
});

test("where a column hides cards, an unknown old one is read again and a new one is not", () => {
  const board = boardOf([card(50), card(51)], { todo: 40 });
  expect(patchBoard(board, card(7, { status: "done" }))).toBeUndefined();
  expect(column(patchBoard(board, card(52)), "todo")).toEqual({ total: 41, numbers: [52, 51, 50] });
});

test("a card that moves among the hidden ones of a column counts there without being shown", () => {
  const board = boardOf([card(50), card(51), card(7, { status: "in_review" })], { todo: 40 });
  const moved = patchBoard(board, card(7, { status: "todo" }));
  expect(column(moved, "todo")).toEqual({ total: 41, numbers: [51, 50] });
  expect(column(moved, "in_review")).toEqual({ total: 0, numbers: [] });
});

test("a graph changes its nodes, and asks for edges it cannot know", () => {
  const graph = { seq: 1, nodes: [card(1), card(2, { dependencies: 1 })], edges: [{ from: "task-1", to: "task-2" }] };
  expect(patchGraph(graph, card(1, { status: "done" }))?.nodes[0]?.status).toBe("done");
  expect(patchGraph(graph, card(3))?.nodes).toHaveLength(3);
  expect(patchGraph(graph, card(3, { dependencies: 2 }))).toBeUndefined();
  expect(patchGraph(graph, card(2, { dependencies: 2 }))).toBeUndefined();
  expect(patchGraph(graph, card(1, { archivedAt: at }))).toMatchObject({ nodes: [{ number: 2 }], edges: [] });
});

test("a list changes the rows it has and no others; a task's page also its neighbours", () => {
  const page = { tasks: [card(2), card(1)], next: null };
  expect(patchTaskPage(page, card(1, { title: "New" })).tasks[1]?.title).toBe("New");
  expect(patchTaskPage(page, card(9))).toBe(page);
  const detail: TaskDetail = {
    ...card(2),
    description: "",
    createdBy: { kind: "user", id: "u", name: "U" },
    dependsOn: [{ id: "task-1", number: 1, title: "Task 1", status: "todo" }],
    dependents: [],
    context: null,
    conversation: [],
    reviews: [],
    merges: [],
    requests: [],
    complexity: "medium",
    acceptanceCriteria: [],
    touches: [],
    estimate: { minutes: null, tokens: null, costMicros: null },
    modelTier: null,
    allowedTools: null,
    plan: null,
    output: null,
    conventions: "",
    repo: null,
    session: null,
  };
  expect(patchTask(detail, card(1, { status: "done" })).dependsOn[0]?.status).toBe("done");
  expect(patchTask(detail, card(2, { status: "done" }))).toMatchObject({ status: "done", description: "" });
  expect(patchTask(detail, card(9))).toBe(detail);
});

test("a line of an agent replaces an older one of its session alone, and a session nobody knew is read", () => {
  const line = (id: string, seq: number) =>
    ({ id, taskId: `of ${id}`, agent: "Ada", status: "running", line: `${seq}`, seq, at }) as const;
  const known = { sessions: [line("a", 2), line("b", 2)], free: 1 };
  expect(patchAtWork(known, [line("a", 3)])).toEqual({ sessions: [line("a", 3), line("b", 2)], free: 1 });
  expect(patchAtWork(known, [line("a", 1), line("b", 2)])).toBe(known);
  expect(patchAtWork(known, [line("c", 1)])).toBeUndefined();
});
