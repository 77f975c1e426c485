import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Actor } from "#server/context.ts";
import { systemActor } from "#server/context.ts";
import { getPendingRequests, respondToRequest } from "#server/human-requests/operations.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { checkCriteria, commandIn } from "./jobs.ts";
import { listVerificationsOperation } from "./operations.ts";
import { readVerificationState } from "./queries.ts";
import type { Check } from "./schema.ts";
import { recordVerification } from "./service.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);

const missing: Check = { criterion: "It has tests", state: "unmet", how: "model", detail: "There are none." };
const met: Check = { ...missing, state: "met", detail: "" };

async function inProgress() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  const check = (checks: Check[], retries = 2) =>
    as(runtime, systemActor(org.orgId, "executor"), (context) =>
      recordVerification(context, { taskId: task.id, checks, retries }),
    );
  const state = () => as(runtime, org.owner, (context) => readVerificationState(context, task.id));
  const answer = async (who: Actor, value: Record<string, unknown>) => {
    const { requests } = await run(getPendingRequests, who, {});
    const [request] = requests;
    if (!request) throw new Error("nothing was asked");
    return run(respondToRequest, who, { request: request.id, answer: value });
  };
  return { org, agent, task, check, state, answer };
}

describe("criteria", () => {
  it.each([
    ["Run: npm test", "npm test"],
    ["$ make check", "make check"],
    ["`npm run lint` passes without a warning", "npm run lint"],
    ["The command `pytest -q` exits with 0", "pytest -q"],
    ["The page shows `Hello`", undefined],
    ["It is fast", undefined],
  ])("%j names the command %j", (criterion, command) => expect(commandIn(criterion)).toBe(command));

  const target = (directory: string | undefined, criteria: string[]) => ({
    ...{
      title: "Task",
      criteria,
      workspacePath: directory,
      evidence: "I did it.",
      sandbox: { sandbox: "auto" as const, dataDir: "" },
    },
    signal: new AbortController().signal,
  });

  it("that name a command are run in the sandbox on the task's files, the others are judged, and what nobody can tell is unclear", async () => {
    const directory = join(runtime.settings.dataDir, "work");
    mkdirSync(directory);
    writeFileSync(join(directory, "ok"), "");
    const criteria = ["Run: test -f ok", "Run: echo broken; test -f nope", "It reads well", "It is fast"];
    const judge = async () => ({ criteria: [{ number: 1, state: "unmet", why: "It does not." }] });
    const checks = await checkCriteria({ ...target(directory, criteria), judge });
    expect(checks.map(({ state, how }) => [state, how])).toEqual([
      ["met", "command"],
      ["unmet", "command"],
      ["unmet", "model"],
      ["unclear", "none"],
    ]);
    expect(checks[1]?.detail).toContain("broken");
    const alone = await checkCriteria(target(undefined, criteria));
    expect(alone.map(({ state }) => state)).toEqual(Array(4).fill("unclear"));
  });

  it("are unclear when the model that judges answers nonsense", async () => {
    const checks = await checkCriteria({ ...target(undefined, ["It is fast"]), judge: async () => "yes" });
    expect(checks).toMatchObject([{ state: "unclear" }]);
  });
});

describe("a check", () => {
  it("that passes lets the work go on, one with gaps sends it back with the feedback, a tier up each time", async () => {
    const { check, state } = await inProgress();
    expect(await check([missing, met])).toMatchObject({
      verdict: "gaps",
      next: "retry",
      failedInARow: 1,
      feedback: "- Not met: It has tests\n  There are none.",
    });
    expect(await state()).toMatchObject({ failedInARow: 1, feedback: expect.stringContaining("There are none.") });
    expect(await check([missing])).toMatchObject({ next: "retry", failedInARow: 2 });
    expect(await check([met])).toMatchObject({ verdict: "passed", next: "done" });
    expect(await state()).toMatchObject({ failedInARow: 0, feedback: null, rounds: 3 });
  });

  it("that fails too often stops at a checkpoint: the task waits, and the tries count anew after `retry`", async () => {
    const { org, task, check, state, answer } = await inProgress();
    await check([missing], 1);
    expect(await check([missing], 1)).toMatchObject({ next: "people", requestId: expect.any(String) });
    expect(await read(org.owner, task.id)).toMatchObject({ status: "blocked", waitsFor: { kind: "checkpoint" } });
    await answer(org.owner, { decision: "retry", note: "Look into test/." });
    expect(await read(org.owner, task.id)).toMatchObject({ status: "in_progress" });
    expect(await state()).toMatchObject({ failedInARow: 0, decision: "retry", note: "Look into test/." });
    expect(await check([missing], 1)).toMatchObject({ next: "retry", failedInARow: 1 });
    const { verifications } = await run(listVerificationsOperation, org.owner, { task: task.id });
    expect(verifications.map(({ round, decision }) => [round, decision?.decision])).toEqual([
      [3, undefined],
      [2, "retry"],
      [1, undefined],
    ]);
  });

  it("that nothing can tell asks people at once; `skip` lets it go on as it is", async () => {
    const { org, task, check, state, answer } = await inProgress();
    expect(await check([{ ...missing, state: "unclear" }])).toMatchObject({ verdict: "human_needed", next: "people" });
    await answer(org.owner, { decision: "skip" });
    expect(await read(org.owner, task.id)).toMatchObject({ status: "in_progress" });
    expect(await state()).toMatchObject({ decision: "skip" });
  });

  it("at a checkpoint is given up, or taken over by whoever answers", async () => {
    const given = await inProgress();
    await given.check([missing], 0);
    await given.answer(given.org.owner, { decision: "fail", note: "Not worth it." });
    expect(await read(given.org.owner, given.task.id)).toMatchObject({ status: "failed", lease: null });
    const taken = await inProgress();
    await taken.check([missing], 0);
    await taken.answer(taken.org.owner, { decision: "take_over" });
    expect(await read(taken.org.owner, taken.task.id)).toMatchObject({
      status: "todo",
      lease: null,
      assignee: { id: taken.org.owner.id },
    });
  });
});
