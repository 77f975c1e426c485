import { describe, expect, test } from "vitest";
import { type PlanStatus, planStatuses } from "#db/enums.ts";
import { as, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { lockPlan } from "./finding.ts";
import { createPlanOperation, getPlan } from "./operations.ts";
import { movePlan } from "./service.ts";
import { transitions } from "./transitions.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);
const org = await createTestOrg(runtime);

/** How a plan gets from `draft` to each status. */
const ways = {
  draft: [],
  planning: ["planning"],
  awaiting_approval: ["awaiting_approval"],
  executing: ["awaiting_approval", "executing"],
  paused: ["awaiting_approval", "executing", "paused"],
  completed: ["awaiting_approval", "executing", "completed"],
  failed: ["awaiting_approval", "executing", "failed"],
  cancelled: ["cancelled"],
} as const satisfies Record<PlanStatus, readonly PlanStatus[]>;

/** Written out by hand a second time: a slip in the table is a slip in one place only. */
const legal = new Set(
  `draft>planning draft>awaiting_approval draft>cancelled planning>awaiting_approval planning>draft planning>cancelled
  awaiting_approval>planning awaiting_approval>executing awaiting_approval>cancelled executing>paused executing>completed
  executing>failed executing>cancelled paused>executing paused>completed paused>cancelled failed>executing
  failed>cancelled`.split(/\s+/),
);

const move = (planId: string, to: PlanStatus) =>
  as(runtime, org.owner, async (context) => movePlan(context, await lockPlan(context, planId), to));
const statusOf = async (planId: string) => (await run(getPlan, org.owner, { planId })).plan.status;

async function planIn(status: PlanStatus): Promise<string> {
  const { plan } = await run(createPlanOperation, org.owner, { teamId: org.teamId, requirements: `In ${status}` });
  for (const step of ways[status]) await move(plan.id, step);
  return plan.id;
}

describe.for(planStatuses)("a plan that is %s", (from) => {
  test.for(planStatuses)("→ %s", async (to) => {
    const planId = await planIn(from);
    if (legal.has(`${from}>${to}`)) {
      await move(planId, to);
      expect(await statusOf(planId)).toBe(to);
      return;
    }
    const possible = transitions[from];
    await expect(move(planId, to)).rejects.toMatchObject({ code: "conflict", details: { status: from, possible } });
    expect(await statusOf(planId)).toBe(from);
  });
});

test("every status of a plan can be entered, and left again unless it is over", () => {
  for (const status of planStatuses.filter((one) => one !== "draft"))
    expect([...legal].some((one) => one.endsWith(`>${status}`))).toBe(true);
  expect(planStatuses.filter((status) => transitions[status].length === 0)).toEqual(["completed", "cancelled"]);
});
