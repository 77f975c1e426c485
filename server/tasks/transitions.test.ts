import { describe, expect, test } from "vitest";
import { taskStatuses } from "#db/enums.ts";
import { createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { archiveTask, getTaskEvents } from "./operations.ts";
import { transitions } from "./transitions.ts";

const { runtime } = await openTestRuntime();
const { run, read, move, claim, addTask, addTaskIn } = workIn(runtime);
const org = await createTestOrg(runtime);

/** Written out by hand a second time: a slip in the table is a slip in one place only. */
const legal = new Set(
  `todo>in_progress todo>cancelled in_progress>in_review in_progress>blocked in_progress>todo in_progress>failed
  in_progress>cancelled blocked>in_progress blocked>todo blocked>failed blocked>cancelled in_review>in_approval in_review>todo
  in_review>done in_review>cancelled in_approval>merging in_approval>todo in_approval>cancelled merging>done merging>todo
  failed>todo failed>cancelled`.split(/\s+/),
);

describe.for(taskStatuses)("a task that is %s", (from) => {
  test.for(taskStatuses)("→ %s", async (to) => {
    const task = await addTaskIn(org, from);
    const before = (await run(getTaskEvents, org.owner, { task: task.id })).events;
    const moved = move(org.owner, task.id, to);
    if (!legal.has(`${from}>${to}`)) {
      const possible = transitions[from];
      await expect(moved).rejects.toMatchObject({ code: "conflict", details: { status: from, possible } });
      await expect(moved).rejects.toThrow(possible.length > 0 ? possible.join(", ") : "nothing (it is over");
      expect((await run(getTaskEvents, org.owner, { task: task.id })).events).toEqual(before);
      expect((await read(org.owner, task.id)).status).toBe(from);
    } else if (from === "todo" && to === "in_progress") {
      await expect(moved, "nobody would hold it").rejects.toThrow("claim_task");
    } else {
      await moved;
      const now = await read(org.owner, task.id);
      expect(now.status).toBe(to);
      expect(now.lease !== null, "held exactly while somebody works on it").toBe(
        to === "in_progress" || to === "blocked",
      );
      const [latest] = (await run(getTaskEvents, org.owner, { task: task.id })).events;
      expect(latest).toMatchObject({ type: "task.status_changed", data: { from, to }, actor: { id: org.owner.id } });
    }
  });
});

test("every status can be entered and, unless it is over, left again", () => {
  for (const status of taskStatuses.filter((status) => status !== "todo"))
    expect([...legal].some((move) => move.endsWith(`>${status}`))).toBe(true);
  expect(taskStatuses.filter((status) => transitions[status].length === 0)).toEqual(["done", "cancelled"]);
});

test("an archived task neither moves nor is taken", async () => {
  const task = await addTaskIn(org, "cancelled");
  await run(archiveTask, org.owner, { task: task.id });
  await expect(move(org.owner, task.id, "todo")).rejects.toThrow("archived");
  await expect(claim(org.owner, task.id)).rejects.toThrow("archived");
  const open = await addTask(org);
  await expect(run(archiveTask, org.owner, { task: open.id })).rejects.toThrow("cancel it first");
});
