import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { systemActor } from "../context.ts";
import { listCredentialsOperation, listOwnCredentialsOperation } from "../credentials/operations.ts";
import { freshToken } from "../credentials/refreshing.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";
import { pollSignIns } from "./polling.ts";
import { openAuthorizationServer } from "./test/authorization-server.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const open: (() => void)[] = [];
afterAll(() => {
  for (const close of open) close();
});
const models = { provider: "acme", api: "anthropic" as const, baseUrl: "https://api.acme.example/v1" };

/** An organization that lets people sign in at a server of its own, and a member who has begun to. */
async function begin(settings: Parameters<typeof openAuthorizationServer>[0] = {}) {
  const server = await openAuthorizationServer(settings);
  open.push(server.close);
  const org = await createTestOrg(runtime);
  const mia = await createTestMember(runtime, org, "member", "Mia");
  const offered = { ...models, ...server.offered, scopes: "models offline_access" };
  const { signInProvider } = await run(operations.setSignInProviderOperation, org.owner, offered);
  const { providerSignIn: signIn } = await run(operations.startProviderSignIn, mia, { provider: "acme" });
  const read = async () => {
    const { signIns } = await run(operations.listProviderSignIns, mia, {});
    const [found] = signIns;
    if (!found) throw new Error("no sign-in");
    return found;
  };
  /** Time goes by, for the server and for us. */
  const later = async (seconds: number) => {
    server.putForward(seconds);
    const by = sql`make_interval(secs => ${seconds})`;
    await db.execute(sql`update provider_sign_ins set next_poll_at = next_poll_at - ${by}, expires_at = expires_at - ${by}
      where org_id = ${org.orgId}`);
    await db.execute(sql`update model_credential_secrets set expires_at = expires_at - ${by},
      refreshing_until = refreshing_until - ${by} where org_id = ${org.orgId}`);
  };
  const interval = async () => {
    const [row] = await db.execute<{ seconds: number }>(sql`select interval_seconds as seconds from provider_sign_ins
      where org_id = ${org.orgId} order by id desc`);
    return row?.seconds;
  };
  /** Signed in. @returns how calls get its token. */
  const connect = async () => {
    server.approve(signIn.userCode);
    await later(5);
    await pollSignIns(runtime);
    const { credentials } = await run(listOwnCredentialsOperation, mia, {});
    const id = credentials[0]?.id ?? "";
    const transact = <Result>(work: Parameters<typeof as<Result>>[2]) =>
      as(runtime, systemActor(org.orgId, "sessions"), work);
    return { id, token: () => freshToken(runtime, { orgId: org.orgId, id, provider: "acme" }, transact) };
  };
  return { server, org, mia, signIn, signInProvider, read, later, interval, connect };
}

test("a sign-in is polled no faster than the provider allows, slower when it says so, and becomes a credential of its person", async () => {
  const { server, org, mia, signIn, read, later, interval } = await begin();
  expect(signIn).toMatchObject({ status: "pending", userCode: "ABCD-1000", verificationUri: `${server.base}/device` });
  expect(await pollSignIns(runtime), "not before the interval").toBe(0);
  await later(5);
  await pollSignIns(runtime);
  expect(await read()).toMatchObject({ status: "pending", problem: null });
  expect([server.asked.token, server.faults]).toEqual([1, []]);
  await later(5);
  server.beSlow();
  await pollSignIns(runtime);
  expect([await interval(), server.faults.length], "five seconds more for good").toEqual([10, 1]);
  await later(9);
  expect(await pollSignIns(runtime)).toBe(0);
  server.goDown(true);
  await later(1);
  await pollSignIns(runtime);
  expect([await interval(), (await read()).problem]).toEqual([20, expect.stringContaining("does not answer")]);
  server.goDown(false);
  server.approve(signIn.userCode);
  await later(20);
  await pollSignIns(runtime);
  expect(await read()).toMatchObject({ status: "connected", problem: null });
  expect(server.faults.length).toBe(1);
  const { credentials } = await run(listOwnCredentialsOperation, mia, {});
  expect(credentials).toMatchObject([{ ...models, form: "sign_in", status: "working", lastFour: null }]);
  expect((await run(listCredentialsOperation, org.owner, {})).ofMembers).toMatchObject([{ userName: "Mia" }]);
  const kept = await db.execute(sql`select sealed || coalesce(refresh_sealed, '') as text from model_credential_secrets
    where org_id = ${org.orgId} union all select coalesce(device_code, '') from provider_sign_ins where org_id = ${org.orgId}
    union all select data::text from events where org_id = ${org.orgId}`);
  expect(JSON.stringify(kept)).not.toMatch(/(device|access|refresh)-[0-9a-f]{24}/);
});

test("what the person or the provider refuses, and what nobody typed in time, ends in words", async () => {
  const [denied, expired, late, cancelled] = [await begin(), await begin(), await begin(), await begin()];
  denied.server.deny(denied.signIn.userCode);
  await denied.later(5);
  expired.server.putForward(700);
  await expired.later(5);
  await late.later(601);
  await run(operations.cancelProviderSignIn, cancelled.mia, { providerSignInId: cancelled.signIn.id });
  await cancelled.later(5);
  await pollSignIns(runtime);
  expect(await denied.read()).toMatchObject({ status: "denied", problem: "acme was told no." });
  expect(await expired.read()).toMatchObject({ status: "expired", problem: "The code was not typed in time." });
  expect(await late.read()).toMatchObject({ status: "expired" });
  expect(await cancelled.read()).toMatchObject({ status: "cancelled" });
  expect([late.server.asked.token, cancelled.server.asked.token]).toEqual([0, 0]);
  const codes = await db.execute(
    sql`select 1 from provider_sign_ins where status <> 'pending' and device_code is not null`,
  );
  expect(codes.length, "no code is kept longer than it is needed").toBe(0);
});

test("two pollers at once ask once; of one that died another takes over, and what it says late changes nothing", async () => {
  const { server, signIn, read, later, mia } = await begin();
  await later(5);
  const release = server.hold();
  const dead = pollSignIns(runtime);
  await vi.waitFor(async () => {
    const [row] = await db.execute(sql`select 1 from provider_sign_ins where id = ${signIn.id} and poll is not null`);
    if (!row) throw new Error("not polled yet");
  }, 15_000);
  expect(await Promise.all([pollSignIns(runtime), pollSignIns(runtime)]), "it is being asked").toEqual([0, 0]);
  await later(21);
  server.approve(signIn.userCode);
  const heir = pollSignIns(runtime);
  await vi.waitFor(async () => {
    const [row] = await db.execute(
      sql`select 1 from provider_sign_ins where id = ${signIn.id} and next_poll_at > clock_timestamp()`,
    );
    if (!row) throw new Error("not taken over yet");
  }, 15_000);
  release();
  await Promise.all([dead, heir]);
  // One of the two got the tokens, and the other that the code is used: that does not undo it.
  expect(await read()).toMatchObject({ status: "connected" });
  expect((await run(listOwnCredentialsOperation, mia, {})).credentials).toHaveLength(1);
});

test("a token is renewed once however many need it, with a rotated refresh token each time", async () => {
  const { server, later, connect } = await begin();
  const { token } = await connect();
  const first = await token();
  expect(await token()).toBe(first);
  await later(3_599);
  const renewed = await Promise.all(Array.from({ length: 8 }, token));
  expect(new Set(renewed).size).toBe(1);
  expect([renewed[0] === first, server.asked.refresh]).toEqual([false, 1]);
  await later(3_599);
  expect(await token()).not.toBe(renewed[0]);
  expect([server.asked.refresh, server.faults]).toEqual([2, []]);
});

test("one that renews and dies is followed by another; a refresh token that was used twice asks the person to sign in again", async () => {
  const { server, later, connect } = await begin();
  const { id, token } = await connect();
  await later(3_500);
  const before = await db.execute<{ refresh: string }>(
    sql`select refresh_sealed as refresh from model_credential_secrets where credential_id = ${id}`,
  );
  await db.execute(sql`update model_credential_secrets set refreshing_until = clock_timestamp() + interval '25 seconds',
    expires_at = clock_timestamp() + interval '30 seconds' where credential_id = ${id}`);
  const held = await token();
  expect(server.asked.refresh, "while somebody renews it, what still holds is used").toBe(0);
  await later(26);
  expect(await token(), "whoever renewed it is dead").not.toBe(held);
  // As if it had died after the provider answered and before that was kept.
  await db.execute(sql`update model_credential_secrets set refresh_sealed = ${before[0]?.refresh},
    expires_at = clock_timestamp() - interval '1 second' where credential_id = ${id}`);
  await expect(token()).rejects.toMatchObject({
    kind: "key",
    message: expect.stringContaining("Sign in at acme again"),
  });
  server.goDown(true);
  await later(2);
  await expect(token()).rejects.toMatchObject({ kind: "passing" });
});

test("a sign-in is set up by admins, over TLS or to trusted hosts; begun by people; and belongs to who began it", async () => {
  const { org, mia, signIn, signInProvider } = await begin();
  const max = await createTestMember(runtime, org, "member");
  const offered = {
    ...models,
    clientId: "x",
    deviceUrl: "http://login.acme.example/d",
    tokenUrl: "https://a.example/t",
  };
  const { setSignInProviderOperation: set, startProviderSignIn: start } = operations;
  await expect(run(set, org.owner, offered)).rejects.toMatchObject({ message: expect.stringContaining("not https") });
  await expect(run(set, max, offered)).rejects.toMatchObject({ code: "forbidden" });
  await expect(run(start, await createTestAgent(runtime, org), { provider: "acme" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(run(start, mia, { provider: "other" })).rejects.toMatchObject({ code: "not_found" });
  await expect(run(operations.cancelProviderSignIn, max, { providerSignInId: signIn.id })).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await run(operations.listProviderSignIns, max, {})).signIns).toEqual([]);
  const inside = { ...offered, deviceUrl: "https://10.1.2.3/d", provider: "inside" };
  await run(set, org.owner, inside);
  await expect(run(start, mia, { provider: "inside" })).rejects.toMatchObject({
    message: expect.stringContaining("not on the public internet"),
  });
  await run(operations.removeSignInProviderOperation, org.owner, { signInProviderId: signInProvider.id });
  await expect(run(start, mia, { provider: "acme" })).rejects.toMatchObject({ code: "not_found" });
});
