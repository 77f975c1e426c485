import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { as, createTestAgent } from "../test/fixtures.ts";
import { openTaskWorkspace } from "./service.ts";
import { openWorkingCopies } from "./test/working-copies.ts";

const { runtime, org, repo, settled, db, addTask, get } = await openWorkingCopies();

test("what an agent leaves behind is removed a day after its task is done; people's copies, and what is not done, stay", async () => {
  const agent = await createTestAgent(runtime, org, { runtime: "acp" });
  const open = async (by: typeof agent) => {
    const task = await addTask(org, repo);
    const { id } = await as(runtime, by, (context) => openTaskWorkspace(context, task));
    await settled(id);
    return { id, taskId: task.id };
  };
  const [old, fresh, cancelled, owned] = [
    await open(agent),
    await open(agent),
    await open(agent),
    await open(org.owner),
  ];
  const stands = (taskId: string, status: string, hours: number) =>
    db.execute(
      sql`update tasks set status = ${status}, status_changed_at = now() - make_interval(hours => ${hours}) where id = ${taskId}`,
    );
  await stands(fresh.taskId, "done", 23);
  await stands(cancelled.taskId, "cancelled", 25);
  await stands(owned.taskId, "done", 25);
  await stands(old.taskId, "done", 25);
  runtime.wake.announce("task_status_changed", org.orgId);
  await vi.waitFor(() => expect(get(old.id)).rejects.toMatchObject({ code: "not_found" }), 20_000);
  for (const { id } of [fresh, cancelled, owned]) expect((await get(id)).status).toBe("ready");
});
