import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { users } from "#db/schema/identity.ts";
import type { Actor, Context } from "../context.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { actorForKey, actorForSignIn, instanceActor } from "../auth/actor.ts";
import { startSignIn } from "../auth/sign-in.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { claimTask } from "../leases/service.ts";
import { createTask } from "../tasks/service.ts";
import { createTaskInput } from "../tasks/schema.ts";
import {
  as,
  createTestAgent,
  createTestMember,
  createTestOrg,
  openTestRuntime,
  type TestOrg,
} from "../test/fixtures.ts";
import * as operations from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const once = { requestId: "test" };
const within = { timeout: 5_000, interval: 20 };
const run = <Op extends (typeof operations)[keyof typeof operations]>(operation: Op, actor: Actor, input: unknown) =>
  execute<Op["input"], Op["output"]>(operation, runtime, actor, input, once);

async function stranger(email = `${newId()}@example.org`): Promise<Actor> {
  const id = newId();
  await db.insert(users).values({ id, email, name: "Sam", createdAt: new Date() });
  return instanceActor({ id, name: "Sam" });
}
const tokenOf = ({ link }: { link: string }) => new URL(link).pathname.split("/").at(-1) ?? "";
async function epochs(org: TestOrg): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(
    sql`select scope_id as id from channel_epochs where org_id = ${org.orgId}`,
  );
  return rows.map(({ id }) => id).sort();
}

test("members are listed with role and teams; their addresses are shown to people, not to agents", async () => {
  const org = await createTestOrg(runtime);
  const max = await createTestMember(runtime, org, "member");
  const { members } = await run(operations.listMembers, org.owner, {});
  expect(members.map(({ userId, role, status }) => ({ userId, role, status }))).toEqual([
    { userId: org.owner.id, role: "owner", status: "active" },
    { userId: max.id, role: "member", status: "active" },
  ]);
  expect(members[1]).toMatchObject({ email: `${max.id}@example.org`, teams: [{ id: org.teamId, name: "Core" }] });
  const agent = await createTestAgent(runtime, org);
  const seen = await run(operations.listMembers, agent, {});
  expect(seen.members.map(({ email }) => email)).toEqual([null, null]);
});

test("only owners make and unmake owners; admins do the rest", async () => {
  const org = await createTestOrg(runtime);
  const [admin, max] = [await createTestMember(runtime, org, "admin"), await createTestMember(runtime, org, "member")];
  for (const input of [
    { userId: max.id, role: "owner" },
    { userId: org.owner.id, role: "viewer" },
  ]) {
    await expect(run(operations.changeMemberRole, admin, input)).rejects.toMatchObject({ code: "forbidden" });
  }
  await expect(run(operations.deactivateMember, admin, { userId: org.owner.id })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(run(operations.inviteMember, admin, { role: "owner" })).rejects.toMatchObject({ code: "forbidden" });
  expect((await run(operations.changeMemberRole, admin, { userId: max.id, role: "viewer" })).member.role).toBe(
    "viewer",
  );
  expect((await run(operations.changeMemberRole, org.owner, { userId: max.id, role: "owner" })).member.role).toBe(
    "owner",
  );
});

test("members, viewers and agents change nobody", async () => {
  const org = await createTestOrg(runtime);
  const actors = [
    await createTestMember(runtime, org, "member"),
    await createTestMember(runtime, org, "viewer"),
    await createTestAgent(runtime, org),
  ];
  for (const actor of actors) {
    for (const operation of [operations.changeMemberRole, operations.deactivateMember, operations.reactivateMember]) {
      const input =
        operation === operations.changeMemberRole ? { userId: org.owner.id, role: "viewer" } : { userId: org.owner.id };
      await expect(run(operation, actor, input)).rejects.toMatchObject({ code: "forbidden" });
    }
  }
});

test.each([
  [
    "demote",
    (org: TestOrg) => [operations.changeMemberRole, (userId: string) => ({ userId, role: "member" }), org] as const,
  ],
  ["deactivate", (org: TestOrg) => [operations.deactivateMember, (userId: string) => ({ userId }), org] as const],
])("when the last two owners %s each other at once, one stays", async (_name, of) => {
  for (let round = 0; round < 5; round++) {
    const org = await createTestOrg(runtime);
    const second = await createTestMember(runtime, org, "owner");
    const [operation, input] = of(org);
    const outcomes = await Promise.allSettled([
      run(operation, org.owner, input(second.id)),
      run(operation, second, input(org.owner.id)),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = outcomes.find((one) => one.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "conflict", message: expect.stringContaining("last owner") });
  }
});

test("who is deactivated loses sessions, keys and channels within five seconds, and gets them back when reactivated", async () => {
  const org = await createTestOrg(runtime);
  const admin = await createTestMember(runtime, org, "admin");
  const agent = await createTestAgent(runtime, org);
  const signIn = await startSignIn(runtime, admin.id, { ip: "", userAgent: "" });
  const mine = await execute(createApiKey, runtime, admin, { name: "mine" }, once);
  const agents = await execute(createApiKey, runtime, admin, { name: "agent's", agentId: agent.id }, once);
  const doors = () => [
    () => actorForSignIn(runtime, signIn, org.slug, ""),
    () => actorForKey(runtime, mine.key, ""),
    () => actorForKey(runtime, agents.key, ""),
  ];
  for (const door of doors()) expect((await door()).orgId).toBe(org.orgId);
  const { member } = await run(operations.deactivateMember, org.owner, { userId: admin.id });
  expect(member.status).toBe("deactivated");
  for (const door of doors())
    await vi.waitFor(
      () => expect(door()).rejects.toMatchObject({ code: expect.stringMatching(/unauthenticated|not_found/) }),
      within,
    );
  expect(await epochs(org)).toEqual([org.orgId, org.teamId].sort());
  await run(operations.reactivateMember, org.owner, { userId: admin.id });
  for (const door of doors()) await vi.waitFor(async () => expect((await door()).orgId).toBe(org.orgId), within);
});

test("what a deactivated person worked on goes back to the board", async () => {
  const org = await createTestOrg(runtime);
  const max = await createTestMember(runtime, org, "member");
  const taskId = await as(runtime, org.owner, (context: Context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "T" })),
  );
  await as(runtime, max, (context) => claimTask(context, taskId));
  await run(operations.deactivateMember, org.owner, { userId: max.id });
  const [task] =
    await db.execute(sql`select t.status, t.assignee_id as assignee, l.end_reason is not null or l.ended_at is not null as ended
    from tasks t join leases l on l.org_id = t.org_id and l.task_id = t.id where t.id = ${taskId}`);
  expect(task).toEqual({ status: "todo", assignee: null, ended: true });
});

test("an invitation is shown once, stored as a hash, and lets exactly one of many in", async () => {
  const org = await createTestOrg(runtime);
  const made = await run(operations.inviteMember, org.owner, { role: "member", teamIds: [org.teamId] });
  expect(made.invitation).toMatchObject({ role: "member", status: "open", teams: [{ id: org.teamId }] });
  const token = tokenOf(made);
  const [stored] = await db.execute<{
    row: string;
    log: string;
  }>(sql`select (select string_agg(i::text, '') from invitations i where org_id = ${org.orgId}) as row,
    (select string_agg(e::text, '') from events e where org_id = ${org.orgId}) as log`);
  expect(`${stored?.row}${stored?.log}`).not.toContain(token);
  const people = await Promise.all(Array.from({ length: 10 }, () => stranger()));
  const outcomes = await Promise.allSettled(people.map((actor) => run(operations.acceptInvitation, actor, { token })));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of outcomes) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "not_found" });
  const { members } = await run(operations.listMembers, org.owner, {});
  expect(members.filter(({ role }) => role === "member")).toMatchObject([{ teams: [{ id: org.teamId }] }]);
});

test("two invitations accepted by one person at once make one membership", async () => {
  const org = await createTestOrg(runtime);
  const links = [
    await run(operations.inviteMember, org.owner, {}),
    await run(operations.inviteMember, org.owner, { role: "viewer" }),
  ];
  const sam = await stranger();
  const outcomes = await Promise.allSettled(
    links.map((link) => run(operations.acceptInvitation, sam, { token: tokenOf(link) })),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(outcomes.find((one) => one.status === "rejected")?.reason).toMatchObject({ code: "conflict" });
});

test("used, revoked, expired and made-up links get one answer; one for another address is refused", async () => {
  const org = await createTestOrg(runtime);
  const [used, revoked, expired] = [
    await run(operations.inviteMember, org.owner, {}),
    await run(operations.inviteMember, org.owner, {}),
    await run(operations.inviteMember, org.owner, {}),
  ];
  await run(operations.acceptInvitation, await stranger(), { token: tokenOf(used) });
  expect(
    (await run(operations.revokeInvitation, org.owner, { invitationId: revoked.invitation.id })).invitation.status,
  ).toBe("revoked");
  await db.execute(
    sql`update invitations set expires_at = now() - interval '1 second' where id = ${expired.invitation.id}`,
  );
  const answers = new Set<string>();
  for (const token of [tokenOf(used), tokenOf(revoked), tokenOf(expired), "made-up"]) {
    answers.add(
      await run(operations.acceptInvitation, await stranger(), { token }).then(
        () => "in",
        (error: Error) => error.message,
      ),
    );
  }
  expect(answers.size).toBe(1);
  expect([...answers][0]).toContain("Ask for a new one");
  const personal = await run(operations.inviteMember, org.owner, { email: "Someone@Example.org" });
  expect(personal.invitation.email).toBe("someone@example.org");
  await expect(run(operations.acceptInvitation, await stranger(), { token: tokenOf(personal) })).rejects.toMatchObject({
    code: "forbidden",
  });
  await run(operations.acceptInvitation, await stranger("someone@example.org"), { token: tokenOf(personal) });
  await expect(
    run(operations.revokeInvitation, org.owner, { invitationId: personal.invitation.id }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("a deactivated person does not come back by an invitation", async () => {
  const org = await createTestOrg(runtime);
  const max = await createTestMember(runtime, org, "member");
  await run(operations.deactivateMember, org.owner, { userId: max.id });
  const link = await run(operations.inviteMember, org.owner, {});
  await expect(run(operations.acceptInvitation, instanceActor(max), { token: tokenOf(link) })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("an idempotency key never brings a secret back, nor stores it", async () => {
  const org = await createTestOrg(runtime);
  const options = { requestId: "test", idempotencyKey: "once" };
  const { link } = await execute(operations.inviteMember, runtime, org.owner, {}, options);
  await expect(execute(operations.inviteMember, runtime, org.owner, {}, options)).rejects.toMatchObject({
    code: "conflict",
  });
  const [stored] = await db.execute<{ text: string }>(
    sql`select string_agg(r::text, '') as text from receipts r where org_id = ${org.orgId}`,
  );
  expect(stored?.text).not.toContain(tokenOf({ link }));
  expect((await run(operations.listInvitations, org.owner, {})).invitations).toHaveLength(1);
});

test("a foreign id and a missing one answer the same, for people and invitations alike", async () => {
  const [mine, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const invited = await run(operations.inviteMember, theirs.owner, {});
  const ask = async (operation: Parameters<typeof run>[0], input: Record<string, string>, id: string) =>
    run(operation, mine.owner, input).then(
      () => "done",
      (error: Error) => error.message.replace(id, "…"),
    );
  const [foreign, missing] = [theirs.owner.id, newId()];
  for (const operation of [operations.deactivateMember, operations.reactivateMember]) {
    expect(await ask(operation, { userId: foreign }, foreign)).toBe(await ask(operation, { userId: missing }, missing));
  }
  expect(await ask(operations.changeMemberRole, { userId: foreign, role: "viewer" }, foreign)).toBe(
    await ask(operations.changeMemberRole, { userId: missing, role: "viewer" }, missing),
  );
  const id = invited.invitation.id;
  expect(await ask(operations.revokeInvitation, { invitationId: id }, id)).toBe(
    await ask(operations.revokeInvitation, { invitationId: missing }, missing),
  );
  await expect(run(operations.inviteMember, mine.owner, { teamIds: [theirs.teamId] })).rejects.toMatchObject({
    code: "not_found",
  });
});
