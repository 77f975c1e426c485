import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { actorForSignIn } from "../auth/actor.ts";
import { startSignIn } from "../auth/sign-in.ts";
import type { Actor } from "../context.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { releaseTask } from "../leases/operations.ts";
import { claimTask } from "../leases/service.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import * as operations from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const once = { requestId: "test" };
const run = <Op extends (typeof operations)[keyof typeof operations]>(operation: Op, actor: Actor, input: unknown) =>
  execute<Op["input"], Op["output"]>(operation, runtime, actor, input, once);

test("a new team comes with a manager agent and settings one can change", async () => {
  const org = await createTestOrg(runtime);
  const { team } = await run(operations.createTeam, org.owner, { name: "Design", maxConcurrent: 4 });
  expect(team).toMatchObject({
    name: "Design",
    maxConcurrent: 4,
    autoMerge: true,
    members: [],
    agents: [{ name: "manager", role: "manager", isDefault: true }],
  });
  const changed = await run(operations.updateTeam, org.owner, { teamId: team.id, autoMerge: false });
  expect(changed.team).toMatchObject({ name: "Design", maxConcurrent: 4, autoMerge: false });
  const { teams } = await run(operations.listTeams, org.owner, {});
  expect(teams.map(({ name, agents }) => ({ name, agents }))).toEqual([
    { name: "Core", agents: 1 },
    { name: "Design", agents: 1 },
  ]);
});

test("members see their own teams only, and manage none", async () => {
  const org = await createTestOrg(runtime);
  const { team } = await run(operations.createTeam, org.owner, { name: "Secret" });
  const max = await createTestMember(runtime, org, "member");
  expect((await run(operations.listTeams, max, {})).teams.map(({ name }) => name)).toEqual(["Core"]);
  await expect(run(operations.getTeam, max, { teamId: team.id })).rejects.toMatchObject({ code: "not_found" });
  for (const [operation, input] of [
    [operations.createTeam, { name: "X" }],
    [operations.updateTeam, { teamId: org.teamId, name: "X" }],
    [operations.archiveTeam, { teamId: org.teamId }],
    [operations.addTeamMember, { teamId: org.teamId, userId: max.id }],
    [operations.removeTeamMember, { teamId: org.teamId, userId: max.id }],
  ] as const) {
    await expect(run(operation, max, input)).rejects.toMatchObject({ code: "forbidden" });
  }
});

test("joining a team shows it to the person at once; leaving hides it within seconds and gives back their work", async () => {
  const org = await createTestOrg(runtime);
  const { team } = await run(operations.createTeam, org.owner, { name: "Design" });
  const max = await createTestMember(runtime, org, "member");
  const signIn = await startSignIn(runtime, max.id, { ip: "", userAgent: "" });
  const seen = async () => (await actorForSignIn(runtime, signIn, org.slug, "")).teams;
  expect(await seen()).toEqual([org.teamId]);
  const added = await run(operations.addTeamMember, org.owner, { teamId: team.id, userId: max.id });
  expect(added.team.members).toMatchObject([{ userId: max.id, role: "member" }]);
  await run(operations.addTeamMember, org.owner, { teamId: team.id, userId: max.id });
  await vi.waitFor(async () => expect(await seen()).toHaveLength(2), 5_000);
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: team.id, title: "T" })),
  );
  await as(runtime, { ...max, teams: [org.teamId, team.id] }, (context) => claimTask(context, taskId));
  await run(operations.removeTeamMember, org.owner, { teamId: team.id, userId: max.id });
  await vi.waitFor(async () => expect(await seen()).toEqual([org.teamId]), 5_000);
  const [task] = await db.execute(sql`select status, assignee_id from tasks where id = ${taskId}`);
  expect(task).toEqual({ status: "todo", assignee_id: null });
  const [epoch] = await db.execute(
    sql`select epoch from channel_epochs where org_id = ${org.orgId} and scope_id = ${team.id}`,
  );
  expect(epoch).toEqual({ epoch: 1 });
});

test("a team is not archived under somebody's hands; once archived it changes no more", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "T" })),
  );
  await as(runtime, agent, (context) => claimTask(context, taskId));
  const refused = run(operations.archiveTeam, org.owner, { teamId: org.teamId });
  await expect(refused).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("being worked on"),
  });
  await execute(releaseTask, runtime, agent, { task: taskId }, once);
  expect((await run(operations.archiveTeam, org.owner, { teamId: org.teamId })).team.archivedAt).not.toBeNull();
  await run(operations.archiveTeam, org.owner, { teamId: org.teamId });
  await expect(run(operations.updateTeam, org.owner, { teamId: org.teamId, name: "X" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect((await run(operations.listTeams, org.owner, {})).teams).toEqual([]);
});

test("foreign teams and people answer like missing ones", async () => {
  const [mine, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const ask = (operation: Parameters<typeof run>[0], input: object, id: string) =>
    run(operation, mine.owner, input).then(
      () => "done",
      (error: Error) => error.message.replaceAll(id, "…"),
    );
  const missing = newId();
  for (const operation of [operations.getTeam, operations.updateTeam, operations.archiveTeam]) {
    expect(await ask(operation, { teamId: theirs.teamId }, theirs.teamId)).toBe(
      await ask(operation, { teamId: missing }, missing),
    );
  }
  for (const operation of [operations.addTeamMember, operations.removeTeamMember]) {
    const foreign = theirs.owner.id;
    expect(await ask(operation, { teamId: mine.teamId, userId: foreign }, foreign)).toBe(
      await ask(operation, { teamId: mine.teamId, userId: missing }, missing),
    );
    expect(await ask(operation, { teamId: theirs.teamId, userId: mine.owner.id }, theirs.teamId)).toBe(
      await ask(operation, { teamId: missing, userId: mine.owner.id }, missing),
    );
  }
});
