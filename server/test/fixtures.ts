import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { AgentRole, AgentRuntime, OrgRole } from "#db/enums.ts";
import { users } from "#db/schema/identity.ts";
import { openTestDatabase } from "#db/test/database.ts";
import { addAgent } from "../agents/service.ts";
import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { record } from "../events/record.ts";
import { startWake } from "../events/wake.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { createOrganization } from "../organizations/service.ts";
import { agentPermissions, rolePermissions } from "../permissions.ts";
import { createTeam } from "../teams/service.ts";

/** A database of the test file's own with a running wake: what services need. Call it at the top level of the file. */
export async function openTestRuntime() {
  const database = await openTestDatabase();
  const wake = await startWake({ url: database.url, sql: database.sql, pollSeconds: 0.2 });
  const dataDir = mkdtempSync(join(tmpdir(), "entourage-test-"));
  afterAll(async () => {
    await wake.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const runtime: Runtime = {
    db: database.db,
    wake,
    settings: {
      dataDir,
      publicUrl: "http://localhost:3000",
      rateSignIn: 100_000,
      githubUrl: "https://github.com",
      leaseSeconds: { driven: 15, external: 1800 },
      repoRoots: [],
      trustedHosts: ["127.0.0.1", "localhost"],
      sandbox: "auto",
      gateOutputLimitBytes: 200_000,
      channelRate: 5,
    },
  };
  return { ...database, runtime };
}

/** Runs a service as an actor, in a transaction of its own. */
export const as = <Result>(
  runtime: Runtime,
  actor: Actor,
  work: (context: Context) => Promise<Result>,
): Promise<Result> => inTransaction(runtime, actor, { requestId: `test-${newId()}` }, work);

/** A fresh organization with one team, its owner and manager: parallel tests share a database without meeting. */
export async function createTestOrg(runtime: Runtime, { maxConcurrent = 32 }: { maxConcurrent?: number } = {}) {
  const ownerId = newId();
  await runtime.db
    .insert(users)
    .values({ id: ownerId, email: `${ownerId}@example.org`, name: "Olivia", createdAt: new Date() });
  const system = systemActor("", "test");
  const { orgId, slug } = await inTransaction(runtime, system, { requestId: "test", system: true }, (context) =>
    createOrganization(context, { name: `Org ${ownerId.slice(-6)}`, ownerId }),
  );
  const owner: Actor = {
    kind: "user",
    id: ownerId,
    name: "Olivia",
    orgId,
    role: "owner",
    permissions: new Set(rolePermissions.owner),
    teams: "all",
  };
  const { teamId, managerAgentId } = await as(runtime, owner, (context) =>
    createTeam(context, { name: "Core", maxConcurrent }),
  );
  return { orgId, slug, owner, teamId, managerAgentId };
}

export type TestOrg = Awaited<ReturnType<typeof createTestOrg>>;

/** An agent of the team, as a key of its own would make it act. */
export async function createTestAgent(
  runtime: Runtime,
  org: TestOrg,
  {
    name = `eng-${newId().slice(-6)}`,
    role = "engineer",
    runtime: kind = "scripted",
    slots = 1,
    leaseSeconds = null,
  }: {
    name?: string;
    role?: AgentRole;
    runtime?: AgentRuntime;
    slots?: number;
    leaseSeconds?: number | null;
  } = {},
): Promise<Actor> {
  const id = await as(runtime, org.owner, (context) =>
    addAgent(context, { teamId: org.teamId, name, role, runtime: kind, slots, leaseSeconds }),
  );
  return {
    kind: "agent",
    id,
    name,
    orgId: org.orgId,
    role,
    permissions: new Set(agentPermissions[role]),
    teams: [org.teamId],
    agent: { teamId: org.teamId, role, runtime: kind },
  };
}

/** A further person of the organization. */
export async function createTestMember(runtime: Runtime, org: TestOrg, role: OrgRole, name = "Max"): Promise<Actor> {
  const id = newId();
  await runtime.db.insert(users).values({ id, email: `${id}@example.org`, name, createdAt: new Date() });
  await as(runtime, org.owner, async (context) => {
    await record(context, "member.joined", [{ subject: id, data: { role } }]);
    if (role !== "owner" && role !== "admin")
      await record(context, "team.member_added", [{ subject: org.teamId, team: org.teamId, data: { userId: id } }]);
  });
  const all = role === "owner" || role === "admin";
  return {
    kind: "user",
    id,
    name,
    orgId: org.orgId,
    role,
    permissions: new Set(rolePermissions[role]),
    teams: all ? "all" : [org.teamId],
  };
}
