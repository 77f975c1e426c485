import { expect, test } from "vitest";
import type { Review, TaskDetail } from "#server/tasks/schema.ts";
import { judgingRefusal, missingWords } from "./review-rules.ts";

const at = "2026-01-01T00:00:00.000Z";
const review: Review = {
  id: "r",
  attempt: 1,
  commit: "c",
  baseCommit: "b",
  author: { kind: "agent", id: "agent", name: "Ada" },
  summary: "",
  reviewer: null,
  verdict: "pending",
  verdictBy: null,
  verdictText: null,
  comments: [],
  approvals: [],
  missing: { people: 0, agents: 1 },
  asked: [],
  createdAt: at,
  decidedAt: null,
};
const task: TaskDetail = {
  id: "t",
  number: 1,
  teamId: "team",
  repoId: "repo",
  title: "",
  type: "feature",
  priority: "medium",
  status: "in_review",
  assignee: { kind: "agent", id: "agent", name: "Ada" },
  lease: null,
  dependencies: 0,
  openDependencies: 0,
  tags: [],
  branch: "",
  headCommit: "c",
  rework: 0,
  messages: 0,
  review: { attempt: 1, verdict: "pending" },
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
  description: "",
  createdBy: { kind: "user", id: "me", name: "Me" },
  dependsOn: [],
  dependents: [],
  context: null,
  conversation: [],
  reviews: [review],
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

test("a person judges what an agent wrote, even for a task they created", () => {
  expect(judgingRefusal(task, { id: "me" })).toBeNull();
});

test("nobody judges their own work", () => {
  expect(judgingRefusal({ ...task, assignee: { kind: "user", id: "me", name: "Me" } }, { id: "me" })).toMatch(
    /somebody else/,
  );
  const own = { ...review, author: { kind: "user", id: "me", name: "Me" } } as const;
  expect(judgingRefusal({ ...task, assignee: null, reviews: [own] }, { id: "me" })).toMatch(/your own work/);
});

test("a review whose branch moved is asked for again", () => {
  expect(judgingRefusal({ ...task, reviews: [{ ...review, verdict: "void" }] }, { id: "me" })).toMatch(
    /asked for again/,
  );
  expect(judgingRefusal({ ...task, status: "todo" }, { id: "me" })).toMatch(/no review/);
});

test("what is missing is said by who is missing, and not where one approval decides", () => {
  const by = { kind: "agent" as const, id: "a", name: "vera" };
  const approvals = [{ by, text: "", at: "2026-01-01T00:00:00.000Z" }];
  expect(missingWords({ verdict: "pending", approvals: [], missing: { people: 0, agents: 1 } })).toBe("");
  expect(missingWords({ verdict: "pending", approvals, missing: { people: 1, agents: 0 } })).toBe(
    "Approved by vera; it needs the approval of a person.",
  );
  expect(missingWords({ verdict: "pending", approvals: [], missing: { people: 2, agents: 1 } })).toBe(
    "It needs the approval of an agent and 2 people.",
  );
});
