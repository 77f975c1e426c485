import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { actorForRunToken } from "../auth/actor.ts";
import { newId } from "../ids.ts";
import { sendMessageOperation } from "../messages/operations.ts";
import { approveTask, releaseReviewOperation, requestChanges, requestReviewOperation } from "../reviews/operations.ts";
import { createSession } from "../sessions/conversations.ts";
import { makeRunToken, takeSessions } from "../sessions/driving.ts";
import { createSessionInput } from "../sessions/schema.ts";
import { updateTask } from "../tasks/operations.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);

test("the token of a session on a review gives this verdict and does nothing else, however much its agent may", async () => {
  const org = await createTestOrg(runtime);
  const [engineer, manager] = [
    await createTestAgent(runtime, org, { slots: 2 }),
    await createTestAgent(runtime, org, { role: "manager", runtime: "acp" }),
  ];
  const tasks = [await addTask(org), await addTask(org)];
  const asked = [];
  for (const { id } of tasks) {
    await claim(engineer, id);
    asked.push((await run(requestReviewOperation, engineer, { task: id, summary: "done" })).review?.id);
  }
  const [own, other] = tasks;
  const tokenOf = async (changes: { reviewId: string | undefined }) => {
    const holder = newId();
    return as(runtime, manager, async (context) => {
      const model = "anthropic/claude-sonnet-5-5";
      const input = createSessionInput.parse({ teamId: org.teamId, task: own?.id, model });
      const id = await createSession(context, { ...input, agentId: manager.id });
      await context.tx.execute(
        sql`update session_runs set review_id = ${changes.reviewId ?? null}::uuid where session_id = ${id}`,
      );
      await takeSessions(context, holder, 10);
      return makeRunToken(context, holder, id);
    });
  };
  const working = await actorForRunToken(runtime, await tokenOf({ reviewId: undefined }), "");
  await expect(run(approveTask, working, { task: own?.id })).rejects.toMatchObject({ code: "forbidden" });
  const judge = await actorForRunToken(runtime, await tokenOf({ reviewId: asked[0] }), "");
  expect(judge.run).toMatchObject({ taskId: own?.id, reviewId: asked[0] });
  const refused = [
    () => run(approveTask, judge, { task: other?.id }),
    () => run(requestChanges, judge, { task: other?.id, text: "No." }),
    () => run(releaseReviewOperation, judge, { task: other?.id, reason: "No." }),
    () => run(updateTask, judge, { task: own?.id, description: "Mine." }),
    () => run(sendMessageOperation, judge, { task: own?.id, body: "Hello." }),
  ];
  for (const call of refused)
    await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/forbidden|conflict/) });
  await run(approveTask, judge, { task: own?.id, text: "Good." });
  expect((await read(org.owner, own?.id ?? "")).status).toBe("done");
  expect((await read(org.owner, other?.id ?? "")).status).toBe("in_review");
});
