import { expect, test } from "vitest";
import { agentPermissions, rolePermissions } from "#server/permissions.ts";
import { operations } from "#server/trpc/operations.ts";
import { instructions } from "./server-info.ts";
import { listTools, shownTools } from "./tool-table.ts";
import { destructiveTools, notForAgents, readTools, writeTools } from "./tools.ts";

const listed = [...readTools, ...writeTools, ...destructiveTools, ...notForAgents];
const everyPermission = new Set(rolePermissions.owner);

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
  for (const tool of shownTools(everyPermission)) {
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
  const names = shownTools(new Set(agentPermissions.reviewer)).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["wait_for_work", "get_task_diff", "approve_task", "request_changes"]));
  for (const name of ["claim_task", "heartbeat", "release_task", "request_review"]) expect(names).not.toContain(name);
});

const saysWhat = (schema: Schema): boolean =>
  schema.description !== undefined ||
  (schema.anyOf ?? []).some(saysWhat) ||
  (schema.items ? saysWhat(schema.items) : false);

test("a list of tools costs an agent no more than it should, in tokens of four bytes", () => {
  const sizes = Object.entries({ ...agentPermissions, owner: rolePermissions.owner }).map(([role, permissions]) => {
    const granted = new Set(permissions);
    return [role, { tools: shownTools(granted).length, tokens: Math.ceil(listTools(granted).length / 4) }];
  });
  expect(Math.ceil(instructions.length / 4)).toBeLessThanOrEqual(400);
  for (const role of ["engineer", "reviewer"] as const)
    expect(shownTools(new Set(agentPermissions[role])).length).toBeLessThanOrEqual(25);
  expect(Object.fromEntries(sizes)).toMatchInlineSnapshot(`
    {
      "engineer": {
        "tokens": 7887,
        "tools": 25,
      },
      "manager": {
        "tokens": 11473,
        "tools": 33,
      },
      "owner": {
        "tokens": 14841,
        "tools": 43,
      },
      "reviewer": {
        "tokens": 7579,
        "tools": 23,
      },
    }
  `);
});
