import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { execute } from "../execute.ts";
import { openModelLab } from "../llm/test/model-lab.ts";
import { createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());
const { saveCredentialOperation: save, listCredentialsOperation: list } = operations;

test("a key is tested with the provider, sealed, and never shown again", async () => {
  const org = await createTestOrg(runtime);
  const { credential } = await run(save, org.owner, {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "sk-very-secret-9876" },
  });
  expect(credential).toMatchObject({ status: "working", lastFour: "9876", testAnswer: "It answered with 4 models." });
  expect(JSON.stringify([credential, await run(list, org.owner, {})])).not.toContain("very-secret");
  const tables = await db.execute(sql`select data::text as text from events where org_id = ${org.orgId}
    union all select sealed from model_credential_secrets where org_id = ${org.orgId}`);
  expect(tables.length).toBeGreaterThan(1);
  expect(JSON.stringify(tables)).not.toContain("very-secret");
});

test("a key the provider refuses is not saved, and its words are told", async () => {
  const org = await createTestOrg(runtime);
  lab.refuseKeys("bad");
  const input = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic, key: "bad" };
  await expect(run(save, org.owner, input)).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining(
      "It answered 401: invalid x-api-key. Check the key and the address. Sent again with evenIfRefused",
    ),
    details: { possible: "evenIfRefused" },
  });
  expect((await run(list, org.owner, {})).credentials).toEqual([]);
  const { credential } = await run(save, org.owner, { ...input, evenIfRefused: true });
  expect(credential).toMatchObject({ status: "refused", problem: expect.stringContaining("401") });
  lab.refuseKeys();
});

test("a key that was refused may be sent again as it is, with the same idempotency key, and a lost answer asked for again", async () => {
  const org = await createTestOrg(runtime);
  const input = { api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "later" };
  const send = () => execute(save, runtime, org.owner, input, { requestId: "test", idempotencyKey: "one" });
  lab.refuseKeys("later");
  await expect(send()).rejects.toMatchObject({ code: "invalid" });
  lab.refuseKeys();
  const { credential } = await send();
  expect(credential.status).toBe("working");
  expect((await send()).credential.id).toBe(credential.id);
  expect((await run(list, org.owner, {})).credentials.length).toBe(1);
});

test("one credential for each provider: saved again it is the same, with another key", async () => {
  const org = await createTestOrg(runtime);
  const input = { api: "openai_compatible" as const, provider: "openai", baseUrl: lab.urls.openai_compatible };
  const [one, other] = [
    await run(save, org.owner, { ...input, key: "first-1111" }),
    await run(save, org.owner, { ...input, key: "second-2222" }),
  ];
  expect(other.credential).toMatchObject({ id: one.credential.id, lastFour: "2222" });
  await run(operations.removeCredentialOperation, org.owner, { credentialId: one.credential.id });
  const [left] = await db.execute(sql`select 1 from model_credential_secrets where org_id = ${org.orgId}`);
  expect([left, (await run(list, org.owner, {})).credentials]).toEqual([undefined, []]);
});

test("addresses inside the network are not called, whatever they are called", async () => {
  const org = await createTestOrg(runtime);
  for (const baseUrl of [
    "http://10.1.2.3/v1",
    "http://169.254.169.254/latest",
    "http://[::1]:9/v1",
    "http://0x7f.1/v1",
  ]) {
    const input = { api: "openai_compatible" as const, provider: "inside", baseUrl, key: "k" };
    const closed = { ...runtime, settings: { ...runtime.settings, trustedHosts: [] } };
    await expect(workIn(closed).run(save, org.owner, input), baseUrl).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("not on the public internet"),
    });
  }
});

test("the name ollama, whose calls are free, is only for Ollama", async () => {
  const org = await createTestOrg(runtime);
  const bad = { api: "openai_compatible" as const, provider: "ollama", baseUrl: lab.urls.openai_compatible, key: "k" };
  await expect(run(save, org.owner, bad)).rejects.toMatchObject({ code: "invalid" });
  const { credential } = await run(save, org.owner, { api: "ollama", provider: "ollama", baseUrl: lab.urls.ollama });
  expect(credential).toMatchObject({ lastFour: null, models: expect.arrayContaining(["llama3.2"]) });
});

test("members see and save no keys", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  await expect(run(list, member, {})).rejects.toMatchObject({ code: "forbidden" });
});
