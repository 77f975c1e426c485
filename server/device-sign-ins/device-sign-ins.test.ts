import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { createApiKey } from "../api-keys/operations.ts";
import { listAuditEvents } from "../audit-log/operations.ts";
import { actorForKey, actorForSignIn } from "../auth/actor.ts";
import { startSignIn } from "../auth/sign-in.ts";
import type { Actor } from "../context.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { listSignIns, revokeSignIn } from "../sign-ins/operations.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg } from "../test/fixtures.ts";
import { startFamily } from "../tokens/families.ts";
import { approveDevice, denyDevice, getDevice } from "./operations.ts";
import { makeUserCode, normalUserCode } from "./user-code.ts";

const { runtime, address, db } = await openTestDoors();
const once = { requestId: "test" };
const org = await createTestOrg(runtime);
/** The owner as they sit at their browser. */
const browserOf = async ({ id }: Actor) =>
  actorForSignIn(runtime, await startSignIn(runtime, id, { ip: "", userAgent: "" }), undefined, "");
const browser = await browserOf(org.owner);
const grant_type = "urn:ietf:params:oauth:grant-type:device_code";

async function form(path: string, fields: Record<string, string>) {
  const body = new URLSearchParams(fields);
  const response = await fetch(`${address}/api/auth/${path}`, { method: "POST", body });
  return { status: response.status, body: await response.json() };
}
const start = async (client_name = "entourage on a desk") => (await form("device", { client_name })).body;
const poll = (device_code: string) => form("device/token", { grant_type, device_code });
/** The interval has passed: its clock is set back, since tests do not sleep. */
const wait = () => db.execute(sql`update device_sign_ins set polled_at = polled_at - interval '1 hour'`);
const approve = (userCode: string, actor = browser) =>
  execute(approveDevice, runtime, actor, { userCode, organizationId: org.orgId }, once);
const me = async (token: string) => {
  const response = await fetch(`${address}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
};

test("a client shows a code, a person sees who asks and lets it in, and it has a token of seven days, once", async () => {
  const started = await start();
  expect(started).toMatchObject({
    user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    ...{ expires_in: 600, interval: 5, verification_uri: `${address}/device` },
  });
  expect(await poll(started.device_code)).toMatchObject({ status: 400, body: { error: "authorization_pending" } });
  const typed = ` ${String(started.user_code).toLowerCase().replace("-", " ")}`;
  const { device } = await execute(getDevice, runtime, browser, { userCode: typed }, once);
  expect(device).toMatchObject({
    clientName: "entourage on a desk",
    ip: expect.stringMatching(/\d/),
    state: "waiting",
  });
  expect((await approve(typed)).device.state).toBe("approved");
  await wait();
  const { status, body } = await poll(started.device_code);
  expect({ status, body }).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 604_800 } });
  expect((await me(body.access_token)).body).toMatchObject({ id: org.owner.id, role: "owner", orgId: org.orgId });
  await wait();
  expect((await poll(started.device_code)).body.error, "one use").toBe("expired_token");
  const { events } = await execute(listAuditEvents, runtime, org.owner, { groups: ["security"] }, once);
  expect(events[0]).toMatchObject({ type: "security.client_approved", data: { client: "entourage on a desk" } });
});

test("its token stands among the person's sign-ins, and ended there it opens nothing within five seconds", async () => {
  const started = await start();
  await approve(started.user_code);
  const { access_token } = (await poll(started.device_code)).body;
  const { signIns } = await execute(listSignIns, runtime, browser, {}, once);
  const [newest] = signIns.filter(({ kind }) => kind === "token");
  await execute(revokeSignIn, runtime, browser, { signInId: newest?.id }, once);
  await vi.waitUntil(async () => (await me(access_token)).status === 401, 5_000);
  expect((await me(access_token)).status).toBe(401);
});

test("who asks too often is told to slow down, and has to wait longer each time", async () => {
  const { device_code } = await start();
  expect((await poll(device_code)).body.error).toBe("authorization_pending");
  for (const seconds of [10, 15]) {
    expect((await poll(device_code)).body.error).toBe("slow_down");
    const [row] = await db.execute<{ longest: number }>(
      sql`select max(interval_seconds) as longest from device_sign_ins`,
    );
    expect(row?.longest).toBe(seconds);
  }
});

test("refused, too late and unknown have the words of the standard", async () => {
  const refused = await start();
  await execute(denyDevice, runtime, browser, { userCode: refused.user_code }, once);
  expect(await poll(refused.device_code)).toMatchObject({ status: 400, body: { error: "access_denied" } });
  await expect(approve(refused.user_code)).rejects.toMatchObject({ code: "conflict" });
  const late = await start();
  await db.execute(sql`update device_sign_ins set expires_at = now() - interval '1 second' where decided_at is null`);
  expect((await poll(late.device_code)).body.error).toBe("expired_token");
  await expect(approve(late.user_code)).rejects.toMatchObject({ code: "conflict" });
  expect((await execute(getDevice, runtime, browser, { userCode: late.user_code }, once)).device.state).toBe("expired");
  expect((await poll("dc_made-up")).body.error).toBe("expired_token");
  expect(await form("device/token", { device_code: "x" })).toMatchObject({
    status: 400,
    body: { error: "invalid_request" },
  });
  await expect(approve("BCDF-BCDF")).rejects.toMatchObject({ code: "not_found" });
});

test("only a person in a browser lets a client in: no key, no other client; and only into where they belong", async () => {
  const { user_code, device_code } = await start();
  const { key } = await execute(createApiKey, runtime, org.owner, { name: "k" }, once);
  const byKey = await actorForKey(runtime, key, "");
  const pair = await startFamily(runtime, { userId: org.owner.id, orgId: org.orgId }, { ip: "", userAgent: "" });
  const { sid } = JSON.parse(Buffer.from(pair.accessToken.split(".")[1] ?? "", "base64url").toString());
  const byClient = { ...browser, signInId: String(sid) };
  for (const actor of [byKey, byClient])
    await expect(approve(user_code, actor)).rejects.toMatchObject({ code: "forbidden" });
  const foreign = await createTestOrg(runtime);
  for (const organizationId of [foreign.orgId, newId()]) {
    const asked = execute(approveDevice, runtime, browser, { userCode: user_code, organizationId }, once);
    await expect(asked).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining(organizationId) });
  }
  expect((await poll(device_code)).body.error).toBe("authorization_pending");
});

test("of many that decide one decides, and of many that poll one gets the token", async () => {
  const { user_code, device_code } = await start();
  const decided = await Promise.allSettled(Array.from({ length: 8 }, () => approve(user_code)));
  expect(decided.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const polled = await Promise.all(Array.from({ length: 8 }, () => poll(device_code)));
  expect(polled.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("neither code stands in the database, and what a client calls itself cannot disturb the page", async () => {
  const { user_code, device_code } = await start("ev\u202eil\u0000\u001b[31m client");
  const { device } = await execute(getDevice, runtime, browser, { userCode: user_code }, once);
  expect(device.clientName).toBe("evil[31m client");
  const rows = JSON.stringify(await db.execute(sql`select * from device_sign_ins`));
  for (const secret of [user_code, String(user_code).replace("-", ""), device_code]) expect(rows).not.toContain(secret);
});

test("the codes are of letters that cannot be mistaken, however they are typed", () => {
  const code = makeUserCode();
  expect(normalUserCode(`${code.slice(0, 4).toLowerCase()} - ${code.slice(4)}`)).toBe(code);
  for (const typed of ["", "BCDF", "BCDF-GHJA", "BCDF-GHJ0", `${code}B`, "ＢＣＤＦＧＨＪＫ"])
    expect(normalUserCode(typed)).toBeUndefined();
});
