import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { inviteMember } from "../members/invitations.ts";
import { createPasswordReset } from "../members/operations.ts";
import { changePassword } from "../sign-ins/operations.ts";
import { openTestDoors } from "../test/doors.ts";
import { as, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { startFamily } from "../tokens/families.ts";
import { actorForSignIn } from "./actor.ts";
import { makeResetLinkFor } from "./password-reset.ts";
import { register } from "./register.ts";
import { findByPassword, startSignIn } from "./sign-in.ts";

const { runtime, address, db } = await openTestDoors();
const once = { requestId: "test" };
const [password, next] = ["a long password", "another long password"];
const browser = { ip: "192.0.2.1", userAgent: "test" };

/** A person who signed up with a password, and the owner whose organization they joined. */
async function memberOf(org: Awaited<ReturnType<typeof createTestOrg>>) {
  const { link } = await as(runtime, org.owner, (context) =>
    inviteMember(context, { email: null, role: "member", teamIds: [org.teamId] }),
  );
  const email = `${newId()}@example.org`;
  const invitation = link.split("/").at(-1) ?? "";
  return { email, ...(await register(runtime, { name: "Ben", email, password, invitation }, "invited")) };
}
const reset = async (token: string, wanted = next) => {
  const body = JSON.stringify({ token, password: wanted });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${address}/api/auth/reset`, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
};
const tokenOf = ({ link }: { link: string }) => link.split("/reset/")[1] ?? "";
const askFor = (org: Awaited<ReturnType<typeof createTestOrg>>, userId: string, actor = org.owner) =>
  execute(createPasswordReset, runtime, actor, { userId }, once);

test("a link sets a new password once, ends every browser and client, and both are on record", async () => {
  const org = await createTestOrg(runtime);
  const ben = await memberOf(org);
  const signIn = await startSignIn(runtime, ben.userId, browser);
  const { accessToken } = await startFamily(runtime, { userId: ben.userId }, browser);
  const made = await askFor(org, ben.userId);
  expect(Date.parse(made.expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect((await reset(tokenOf(made))).status).toBe(200);
  expect(await findByPassword(runtime, { email: ben.email, password })).toBeUndefined();
  expect(await findByPassword(runtime, { email: ben.email, password: next })).toMatchObject({ id: ben.userId });
  await vi.waitFor(async () => {
    await expect(actorForSignIn(runtime, signIn, undefined, "")).rejects.toMatchObject({ code: "unauthenticated" });
    const me = await fetch(`${address}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(me.status).toBe(401);
  }, 5_000);
  expect((await reset(tokenOf(made), "a third password")).status).toBe(404);
  const events = await db.execute<{ type: string }>(
    sql`select type from events where org_id = ${org.orgId} and subject_id = ${ben.userId} and type like 'member.%reset%' order by seq`,
  );
  expect(events.map(({ type }) => type)).toEqual(["member.reset_link_made", "member.password_reset"]);
});

test("of ten who use a link at once one does; a later link, an hour, a typing error and a weak password end it or are refused", async () => {
  const org = await createTestOrg(runtime);
  const ben = await memberOf(org);
  const race = await askFor(org, ben.userId);
  const statuses = (await Promise.all(Array.from({ length: 10 }, () => reset(tokenOf(race))))).map((one) => one.status);
  expect([
    statuses.filter((status) => status === 200).length,
    statuses.filter((status) => status === 404).length,
  ]).toEqual([1, 9]);
  const [earlier, later] = [await askFor(org, ben.userId), await askFor(org, ben.userId)];
  expect((await reset(tokenOf(earlier))).status).toBe(404);
  expect((await reset(tokenOf(later), "short")).status).toBe(400);
  expect((await reset(`${tokenOf(later).slice(0, -1)}!`)).status).toBe(404);
  await db.execute(sql`update password_resets set expires_at = now() - interval '1 second' where used_at is null`);
  expect((await reset(tokenOf(later))).status).toBe(404);
});

test("an admin makes no link for an owner, and nobody for a person who is in another organization too", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const admin = await createTestMember(runtime, org, "admin");
  const member = await createTestMember(runtime, org, "member");
  await expect(askFor(org, org.owner.id, admin)).rejects.toMatchObject({ code: "forbidden" });
  await expect(askFor(org, org.owner.id, member)).rejects.toMatchObject({ code: "forbidden" });
  const ben = await memberOf(org);
  await db.execute(sql`insert into memberships (org_id, user_id, role, status, created_at)
    values (${other.orgId}, ${ben.userId}, 'member', 'active', now())`);
  await expect(askFor(org, ben.userId)).rejects.toMatchObject({ code: "conflict", message: /npm run reset-password/ });
  const missing = await askFor(org, newId()).catch((error: Error) => error.message.replace(/[0-9a-f-]{36}/, ""));
  const foreign = await askFor(org, other.owner.id).catch((error: Error) => error.message.replace(/[0-9a-f-]{36}/, ""));
  expect(foreign).toBe(missing);
});

test("a link that lies about ends when its person sets another password", async () => {
  const org = await createTestOrg(runtime);
  const ben = await memberOf(org);
  const made = await askFor(org, ben.userId);
  const actor = await actorForSignIn(runtime, await startSignIn(runtime, ben.userId, browser), undefined, browser.ip);
  await execute(changePassword, runtime, actor, { current: password, next }, once);
  expect((await reset(tokenOf(made), "a third long password")).status).toBe(404);
});

test("a key makes no link: with it, it would become the person it was lent by, in every organization of theirs", async () => {
  const org = await createTestOrg(runtime);
  const ben = await memberOf(org);
  const byKey = { ...org.owner, keyId: newId() };
  for (const userId of [ben.userId, org.owner.id])
    await expect(askFor(org, userId, byKey)).rejects.toMatchObject({ code: "forbidden" });
});

test("the operator makes a link for anybody by their address", async () => {
  const org = await createTestOrg(runtime);
  const ben = await memberOf(org);
  expect((await reset(tokenOf(await makeResetLinkFor(runtime, ben.email.toUpperCase())))).status).toBe(200);
  await expect(makeResetLinkFor(runtime, "nobody@example.org")).rejects.toMatchObject({ code: "not_found" });
});
