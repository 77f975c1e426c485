import { expect, test } from "vitest";
import { compareWithFold } from "../events/replay.ts";
import { requestReviewOperation, requestChanges } from "../reviews/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { getContext, saveContextOperation } from "./operations.ts";

const { runtime, url } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);

test("what an agent leaves comes with the task when it is taken up again, by whoever takes it", async () => {
  const org = await createTestOrg(runtime);
  const [one, two] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const task = await addTask(org);
  expect((await claim(one, task.id))?.task.context).toBeNull();
  const body = "# Left\n- the parser is done\n- <script>alert(1)</script> stays text";
  await run(saveContextOperation, one, { task: task.id, body });
  await run(requestReviewOperation, one, { task: task.id, summary: "Half of it." });
  await run(requestChanges, org.owner, { task: task.id, text: "Go on." });
  const again = await claim(one, task.id);
  expect(again?.task.context).toMatchObject({ version: 1, body, savedBy: { id: one.id } });
  await expect(run(saveContextOperation, two, { task: task.id, body: "mine" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect((await read(two, task.id)).context?.body).toBe(body);
});

test("versions never fork: who saves on top of an older one is told, and earlier ones can be read", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org);
  const save = (body: string, basedOn?: number) =>
    run(saveContextOperation, org.owner, { task: task.id, body, ...(basedOn === undefined ? {} : { basedOn }) });
  const outcomes = await Promise.allSettled(["a", "b", "c"].map((body) => save(body, 0)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "conflict", details: { version: 1 }, message: expect.stringContaining("get_context") },
  });
  for (let n = 2; n <= 53; n++) await save(`version ${n}`);
  const { context, versions } = await run(getContext, org.owner, { task: task.id });
  expect(context).toMatchObject({ version: 53, body: "version 53" });
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, n) => 53 - n));
  expect((await run(getContext, org.owner, { task: task.id, version: 10 })).context?.body).toBe("version 10");
  await expect(run(getContext, org.owner, { task: task.id, version: 2 })).rejects.toMatchObject({ code: "not_found" });
  await expect(save("x".repeat(20_001))).rejects.toMatchObject({ code: "invalid" });
  const { tables } = await compareWithFold(url);
  expect(tables.find(({ table }) => table === "task_contexts")).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
});
