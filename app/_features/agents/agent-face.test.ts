import { expect, test } from "vitest";
import type { Agent } from "#server/agents/schema.ts";
import { faceOfAgent } from "./agent-face.ts";

const at = "2026-01-01T00:00:00.000Z";
const idle: Agent = {
  ...{ id: "a", teamId: "t", name: "rio", role: "engineer", runtime: "external", status: "active", paused: null },
  ...{
    silentSince: null,
    isDefault: false,
    isDemonstration: false,
    slots: 2,
    leaseSeconds: null,
    model: null,
    agentKind: null,
    mode: null,
    createdAt: at,
    lastSeenAt: at,
    holds: [],
    costTodayMicros: 0,
    tokensToday: 0,
  },
};
const held = (status: "in_progress" | "blocked"): Agent["holds"][number] => ({
  ...{ leaseId: "l", taskId: "k", number: 1, title: "T", status, since: at, expiresAt: null },
});

test("an agent has one state at a time, and a person's will comes before what it does", () => {
  expect(faceOfAgent(idle)).toBe("idle");
  expect(faceOfAgent({ ...idle, lastSeenAt: null })).toBe("never");
  expect(faceOfAgent({ ...idle, holds: [held("blocked")] })).toBe("waiting");
  expect(faceOfAgent({ ...idle, holds: [held("blocked"), held("in_progress")] })).toBe("working");
  expect(faceOfAgent({ ...idle, holds: [held("in_progress")], silentSince: at })).toBe("silent");
  expect(faceOfAgent({ ...idle, holds: [held("in_progress")], silentSince: at, status: "paused" })).toBe("paused");
});
