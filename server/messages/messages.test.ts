import { expect, test } from "vitest";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { createTask, getTask } from "../tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { claimTask } from "../leases/operations.ts";
import { getInbox, sendMessageOperation } from "./operations.ts";

const { runtime } = await openTestRuntime();
const call = { requestId: "test" };

test("a comment stands in the task's conversation and reaches whoever works on it", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { task } = await execute(createTask, runtime, org.owner, { teamId: org.teamId, title: "Talk" }, call);
  await execute(claimTask, runtime, agent, { task: task.id }, call);
  await execute(sendMessageOperation, runtime, org.owner, { task: `#${task.number}`, body: "How is it going?" }, call);
  await execute(sendMessageOperation, runtime, agent, { task: task.id, body: "Well." }, call);
  const { messages } = await execute(getInbox, runtime, agent, {}, call);
  expect(messages).toMatchObject([
    { body: "How is it going?", sender: { name: "Olivia" }, task: { number: task.number } },
  ]);
  const { task: now } = await execute(getTask, runtime, org.owner, { task: task.id }, call);
  expect(now.conversation.map(({ body }) => body)).toEqual(["How is it going?", "Well."]);
});

test("an inbox is read page by page, newest first, and holds nobody else's messages", async () => {
  const org = await createTestOrg(runtime);
  const [one, two] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  for (let n = 1; n <= 5; n++) {
    const to = { kind: "agent", id: n === 3 ? two.id : one.id };
    await execute(sendMessageOperation, runtime, org.owner, { to, body: `message ${n}` }, call);
  }
  const first = await execute(getInbox, runtime, one, { limit: 3 }, call);
  const rest = await execute(getInbox, runtime, one, { limit: 3, before: first.next ?? undefined }, call);
  expect([...first.messages, ...rest.messages].map(({ body }) => body)).toEqual(
    [5, 4, 2, 1].map((n) => `message ${n}`),
  );
  expect(rest.next).toBeNull();
});

test("nobody writes across teams and organizations, or to nobody", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const [agent, foreign] = [await createTestAgent(runtime, org), await createTestAgent(runtime, other)];
  const member = await createTestMember(runtime, org, "member");
  const send = (input: object) => execute(sendMessageOperation, runtime, agent, { body: "hello", ...input }, call);
  await expect(send({})).rejects.toMatchObject({ code: "invalid" });
  for (const id of [foreign.id, newId()]) {
    await expect(send({ to: { kind: "agent", id } })).rejects.toMatchObject({ code: "not_found" });
  }
  await expect(send({ to: { kind: "user", id: other.owner.id } })).rejects.toMatchObject({ code: "not_found" });
  const { message } = await send({ to: { kind: "user", id: member.id } });
  expect(message).toMatchObject({ recipient: { id: member.id }, task: null });
});
