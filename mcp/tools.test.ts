import { expect, test } from "vitest";
import { type AgentRole, agentRoles } from "#db/enums.ts";
import { agentPermissions, rolePermissions } from "#server/permissions.ts";
import { operations } from "#server/trpc/operations.ts";
import { findAmong, readRun } from "./reaching.ts";
import { instructions } from "./server-info.ts";
import { shownFirst } from "./shown-first.ts";
import { listTools, shownTools, usableTools } from "./tool-table.ts";
import { destructiveTools, notForAgents, readTools, writeTools } from "./tools.ts";

const listed = [...readTools, ...writeTools, ...destructiveTools, ...notForAgents];
const owner = { permissions: new Set(rolePermissions.owner) };
const agentOf = (role: AgentRole) => ({
  permissions: new Set(agentPermissions[role]),
  agent: { teamId: "", role, runtime: "external" as const },
});
const viewers = { owner, ...Object.fromEntries(agentRoles.map((role) => [role, agentOf(role)])) };
const namesFor = (viewer: Parameters<typeof shownTools>[0]) => shownTools(viewer).map(({ name }) => name);

test("every operation stands in exactly one of read, write, destructive and not-for-agents", () => {
  const names = listed.map(({ name }) => name);
  expect(names.toSorted()).toEqual([...operations.keys()].toSorted());
  expect(new Set(names).size).toBe(names.length);
});

test("what is listed as reading changes nothing, and what says it destroys is listed so", () => {
  for (const { name, kind } of readTools) expect([name, kind]).not.toEqual([name, "command"]);
  for (const { name, hints } of [...readTools, ...writeTools])
    expect([name, hints?.destructive ?? false]).toEqual([name, false]);
});

interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
}

/** Names that say what they hold. */
const SELF_EVIDENT = new Set([
  ..."title description type priority tags status body name summary email role q limit archived reason tag".split(" "),
]);

test("a tool has a plain name, a sentence, and an object without a union as input whose every property is told", () => {
  for (const tool of [...shownTools(owner), ...shownTools(agentOf("engineer"))]) {
    expect(tool.name).toMatch(/^[a-z_]+$/);
    expect(tool.description).toMatch(/^[A-Z].{10,300}[.]$/);
    const input = tool.inputSchema as Schema;
    for (const union of ["anyOf", "oneOf", "allOf"]) expect(input).not.toHaveProperty(union);
    expect(input).toMatchObject({ type: "object", additionalProperties: false });
    for (const [name, schema] of Object.entries(input.properties ?? {})) {
      const isEvident =
        SELF_EVIDENT.has(name) || name.endsWith("Id") || schema.enum !== undefined || schema.items?.enum !== undefined;
      expect([`${tool.name}.${name}`, isEvident || saysWhat(schema)]).toEqual([`${tool.name}.${name}`, true]);
    }
  }
});

test("a reviewer is not shown what only holders of leases do", () => {
  const names = namesFor(agentOf("reviewer"));
  expect(names).toEqual(expect.arrayContaining(["wait_for_work", "get_task_diff", "approve_task", "request_changes"]));
  for (const name of ["claim_task", "heartbeat", "release_task", "request_review"]) expect(names).not.toContain(name);
});

const PROMISED = `ping list_orgs create_org list_teams create_team get_team list_agents create_agent list_repos
  register_repo create_task list_tasks get_task update_task change_task_status assign_task get_task_events send_message
  get_inbox create_worktree get_worktree remove_worktree get_task_diff get_changed_files read_file get_commits
  start_session record_usage end_session check_budget get_cost_summary ask_human get_pending_requests respond_to_request
  request_review approve_task reject_task get_merge_status authenticate create_webhook list_webhooks update_webhook
  get_team_settings update_team_settings`.split(/\s+/);
const missing = PROMISED.filter((name) => !namesFor(owner).includes(name));

test.skipIf(missing.length > 0)(
  `an owner's key lists the 44 tools by their names (missing: ${missing.join(", ")})`,
  () => {
    expect(PROMISED).toHaveLength(44);
    expect(missing).toEqual([]);
  },
);

test("what an agent is not shown at first it finds by words, and only what it may do", () => {
  const engineer = agentOf("engineer");
  expect(namesFor(engineer)).toEqual(expect.arrayContaining(["find_operation", "run_operation"]));
  expect(namesFor(owner)).not.toContain("find_operation");
  expect(namesFor(engineer)).not.toContain("get_commits");
  const usable = usableTools(engineer);
  const first = (words: string) => findAmong(usable, { words }).operations[0];
  expect(first("commits of a task")).toMatchObject({ name: "get_commits", inputSchema: { type: "object" } });
  expect(first("who are the agents here")).toMatchObject({ name: expect.stringMatching(/agents/) });
  expect(first("read the files of the repository")).toMatchObject({ name: "read_file" });
  expect(findAmong(usable, { words: "zzz" })).toMatchObject({ operations: [] });
  const told = findAmong(usable, { words: "create a team, archive repo" });
  const names = [...told.alsoThere, ...told.operations.map((each) => (each as { name: string }).name)];
  expect(names.toSorted()).toEqual(usable.map(({ name }) => name).toSorted());
  for (const name of ["create_team", "archive_repo", "archive_task"]) expect(names).not.toContain(name);
});

test("the natural guesses at finding and running are told the names that are meant", () => {
  const usable = usableTools(agentOf("engineer"));
  expect(() => findAmong(usable, { query: "x" })).toThrow("Did you mean words for query?");
  expect(() => readRun({ operation: "get_commits", args: {} })).toThrow(
    "Did you mean name for operation, input for args?",
  );
});

test("what the instructions name is a tool of every agent, or they have said how it is run, and it is there", () => {
  const named = [...new Set(instructions.match(/\b[a-z]+(?:_[a-z]+)+\b/g))].filter((name) => operations.has(name));
  expect(named).toEqual(
    expect.arrayContaining(["submit_task_result", "approve_task", "request_changes", "mark_messages"]),
  );
  const engineer = agentOf("engineer");
  const [hidden = ""] = named.filter((name) => !namesFor(engineer).includes(name));
  expect(instructions.indexOf("run_operation { name, input }")).toBeGreaterThan(0);
  expect(instructions.indexOf("run_operation { name, input }")).toBeLessThan(instructions.indexOf(hidden));
  // Reviews are given by reviewers and managers.
  const usable = ["engineer", "reviewer"] as const;
  const all = usable.flatMap((role) => usableTools(agentOf(role)).map(({ name }) => name));
  expect(all).toEqual(expect.arrayContaining(named));
});

const saysWhat = (schema: Schema): boolean =>
  schema.description !== undefined ||
  (schema.anyOf ?? []).some(saysWhat) ||
  (schema.items ? saysWhat(schema.items) : false);

test("a list of tools costs an agent no more than it should, in tokens of four bytes", () => {
  const sizes = Object.entries(viewers).map(([role, viewer]) => {
    const tokens = Math.ceil(listTools(viewer).length / 4);
    // In steps, so that a word more in a sentence is no change and a tool more is one.
    return [role, { tools: shownTools(viewer).length, thousandTokens: Math.ceil(tokens / 500) / 2 }] as const;
  });
  expect(Math.ceil(instructions.length / 4)).toBeLessThanOrEqual(400);
  const { owner: ofOwner, ...ofAgents } = Object.fromEntries(sizes);
  expect(ofOwner).toMatchObject({ thousandTokens: expect.toSatisfy((tokens: number) => tokens <= 27) });
  for (const role of ["engineer", "reviewer"])
    expect([role, (ofAgents[role]?.tools ?? 99) <= 25]).toEqual([role, true]);
  expect(ofAgents).toMatchInlineSnapshot(`
    {
      "engineer": {
        "thousandTokens": 6.5,
        "tools": 25,
      },
      "manager": {
        "thousandTokens": 9,
        "tools": 34,
      },
      "reviewer": {
        "thousandTokens": 6,
        "tools": 24,
      },
    }
  `);
});

test("what is shown first to a role is there, and its agents may do it", () => {
  for (const role of agentRoles) {
    const usable = usableTools(agentOf(role)).map(({ name }) => name);
    for (const name of shownFirst[role]) expect([role, name, usable.includes(name)]).toEqual([role, name, true]);
  }
});
