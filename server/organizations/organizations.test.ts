import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { users } from "#db/schema/identity.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { actorForKey, instanceActor } from "../auth/actor.ts";
import type { Actor } from "../context.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { claimTask } from "../leases/service.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { pauseWork, resumeWork } from "../pauses/operations.ts";
import { createOrg, getOrg, listOrgs, renameOrg } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const once = { requestId: "test" };

async function newcomer(): Promise<Actor> {
  const id = newId();
  await db.insert(users).values({ id, email: `${id}@example.org`, name: "Nia", createdAt: new Date() });
  return instanceActor({ id, name: "Nia" });
}

test("whoever makes an organization owns it, and finds a team with its manager there", async () => {
  const nia = await newcomer();
  const made = await execute(createOrg, runtime, nia, { name: "Nia & Söhne" }, once);
  expect(made.slug).toMatch(/^nia-/);
  const { organizations } = await execute(listOrgs, runtime, nia, {}, once);
  expect(organizations).toMatchObject([{ id: made.orgId, name: "Nia & Söhne", role: "owner", paused: null }]);
  const agents = await db.execute(
    sql`select name, role, is_default from agents where org_id = ${made.orgId} and team_id = ${made.teamId}`,
  );
  expect([...agents]).toEqual([{ name: "manager", role: "manager", is_default: true }]);
});

test("organizations of one name made at once get addresses of their own", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, newcomer));
  const made = await Promise.all(people.map((actor) => execute(createOrg, runtime, actor, { name: "Twins" }, once)));
  expect(new Set(made.map(({ slug }) => slug)).size).toBe(8);
});

test("a key knows its own organization only, and makes none", async () => {
  const org = await createTestOrg(runtime);
  await execute(createOrg, runtime, { ...org.owner, orgId: "" }, { name: "Second" }, once);
  const { key } = await execute(createApiKey, runtime, org.owner, { name: "k" }, once);
  const byKey = await actorForKey(runtime, key, "");
  const { organizations } = await execute(listOrgs, runtime, byKey, {}, once);
  expect(organizations.map(({ id }) => id)).toEqual([org.orgId]);
  await expect(execute(createOrg, runtime, byKey, { name: "Third" }, once)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("a new name keeps the address; members may not give one", async () => {
  const org = await createTestOrg(runtime);
  const { organization } = await execute(renameOrg, runtime, org.owner, { name: "New" }, once);
  expect(organization).toMatchObject({ name: "New", slug: org.slug });
  const max = await createTestMember(runtime, org, "member");
  for (const ask of [
    () => execute(renameOrg, runtime, max, { name: "Mine" }, once),
    () => execute(pauseWork, runtime, max, {}, once),
    () => execute(resumeWork, runtime, max, {}, once),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: "forbidden" });
  }
  expect((await execute(getOrg, runtime, max, {}, once)).you).toMatchObject({ id: max.id, role: "member" });
  await expect(execute(renameOrg, runtime, org.owner, { name: "  " }, once)).rejects.toMatchObject({ code: "invalid" });
});

test.each([
  ["the organization", false],
  ["a team", true],
])("while %s is paused nothing is claimed; it says by whom and why; resuming ends it", async (_name, onlyTeam) => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const scope = onlyTeam ? { teamId: org.teamId } : {};
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "T" })),
  );
  const { paused } = await execute(pauseWork, runtime, org.owner, { ...scope, reason: "Release" }, once);
  expect(paused).toMatchObject({ reason: "Release", by: { id: org.owner.id, name: "Olivia" } });
  await execute(pauseWork, runtime, org.owner, { ...scope, reason: "Again" }, once);
  const [events] = await db.execute(
    sql`select count(*)::int as n from events where org_id = ${org.orgId} and type like '%.paused'`,
  );
  expect(events).toEqual({ n: 1 });
  await expect(as(runtime, agent, (context) => claimTask(context, taskId))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("paused"),
  });
  expect(await execute(resumeWork, runtime, org.owner, scope, once)).toEqual({ paused: null, revoked: 0 });
  await as(runtime, agent, (context) => claimTask(context, taskId));
});

test("a foreign team is paused by nobody, and answers like a missing one", async () => {
  const [mine, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const ask = (teamId: string) =>
    execute(pauseWork, runtime, mine.owner, { teamId }, once).catch((error: Error) =>
      error.message.replace(teamId, "…"),
    );
  expect(await ask(theirs.teamId)).toBe(await ask(newId()));
});
