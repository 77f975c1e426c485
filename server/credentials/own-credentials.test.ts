import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { listAuditEvents } from "../audit-log/operations.ts";
import { openModelLab } from "../llm/test/model-lab.ts";
import { deactivateMember } from "../members/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());
const { saveCredentialOperation: save, listCredentialsOperation: list } = operations;
const { saveOwnCredentialOperation: saveOwn, listOwnCredentialsOperation: listOwn } = operations;
const anthropic = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic };

/** An organization with a key, and a member with one of her own beside it. */
async function open() {
  const org = await createTestOrg(runtime);
  const [mia, max] = [
    await createTestMember(runtime, org, "member", "Mia"),
    await createTestMember(runtime, org, "member"),
  ];
  await run(save, org.owner, { ...anthropic, key: "sk-the-organization-1111" });
  const { credential } = await run(saveOwn, mia, { ...anthropic, key: "sk-mias-own-2222" });
  return { org, mia, max, credential };
}

test("a key of one's own is sealed, and read by nobody else: owners see that it is there, and no more", async () => {
  const { org, mia, max, credential } = await open();
  expect(credential).toMatchObject({ provider: "anthropic", status: "working", lastFour: null });
  expect((await run(listOwn, mia, {})).credentials.map(({ id }) => id)).toEqual([credential.id]);
  const { credentials, shared } = await run(listOwn, max, {});
  expect([credentials, shared]).toEqual([[], [anthropic]]);
  const seen = await run(list, org.owner, {});
  expect(seen.credentials.map(({ lastFour }) => lastFour)).toEqual(["1111"]);
  expect(seen.ofMembers).toEqual([
    {
      ...{ id: credential.id, provider: "anthropic", status: "working", createdAt: credential.createdAt },
      ...{ userId: mia.id, userName: "Mia" },
    },
  ]);
  const kept = await db.execute(sql`select data::text as text from events where org_id = ${org.orgId}
    union all select sealed from model_credential_secrets where org_id = ${org.orgId}
    union all select last_four from model_credentials where org_id = ${org.orgId} and user_id is not null`);
  expect(JSON.stringify([kept, seen])).not.toMatch(/mias-own|2222/);
});

test("another's key is not there for who would replace or remove it; an owner removes it, and cannot replace it", async () => {
  const { org, mia, max, credential } = await open();
  const input = { credentialId: credential.id };
  await expect(run(operations.removeOwnCredentialOperation, max, input)).rejects.toMatchObject({ code: "not_found" });
  await expect(run(operations.removeOwnCredentialOperation, org.owner, input)).rejects.toMatchObject({
    code: "not_found",
  });
  const planted = run(operations.rotateCredentialOperation, org.owner, { ...input, key: "planted" });
  await expect(planted).rejects.toMatchObject({ code: "not_found" });
  await expect(run(operations.removeCredentialOperation, max, input)).rejects.toMatchObject({ code: "forbidden" });
  await run(operations.removeCredentialOperation, org.owner, input);
  expect((await run(listOwn, mia, {})).credentials).toEqual([]);
  const [left] = await db.execute<{ count: number }>(sql`select count(*)::int as count from model_credential_secrets
    where org_id = ${org.orgId}`);
  expect(left?.count, "the organization's own is still there").toBe(1);
  const { events } = await run(listAuditEvents, org.owner, { groups: ["credential"] });
  expect(events[0]).toMatchObject({ type: "credential.removed", data: { userId: mia.id } });
});

test("who leaves leaves no key behind", async () => {
  const { org, mia, credential } = await open();
  await run(deactivateMember, org.owner, { userId: mia.id });
  expect((await run(list, org.owner, {})).ofMembers).toEqual([]);
  const left = await db.execute(sql`select 1 from model_credential_secrets where org_id = ${org.orgId}
    and credential_id = ${credential.id}`);
  expect(left.length).toBe(0);
});

test("an own key goes inside the network only where the organization's does; agents and viewers have none", async () => {
  const org = await createTestOrg(runtime);
  const mia = await createTestMember(runtime, org, "member");
  await expect(run(saveOwn, mia, { ...anthropic, key: "mine" })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("inside this network"),
  });
  await run(save, org.owner, { ...anthropic, key: "ours" });
  const other = { ...anthropic, baseUrl: `${lab.urls.anthropic}/../../admin`, key: "mine" };
  await expect(run(saveOwn, mia, other)).rejects.toMatchObject({ code: "invalid" });
  await expect(run(saveOwn, mia, { ...anthropic, api: "openai_compatible", key: "mine" })).rejects.toMatchObject({
    message: expect.stringContaining("spoken to as anthropic"),
  });
  await expect(run(saveOwn, mia, { ...anthropic, key: "mine" })).resolves.toBeDefined();
  const viewer = await createTestMember(runtime, org, "viewer");
  for (const actor of [viewer, await createTestAgent(runtime, org)])
    await expect(run(saveOwn, actor, { ...anthropic, key: "mine" })).rejects.toMatchObject({ code: "forbidden" });
});
