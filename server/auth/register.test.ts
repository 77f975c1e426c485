import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { openTestRuntime } from "../test/fixtures.ts";
import { acceptInvitation } from "../members/operations.ts";
import { inviteMember } from "../members/invitations.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { as } from "../test/fixtures.ts";
import { actorForSignIn } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { register } from "./register.ts";
import { startSignIn } from "./sign-in.ts";

// A database of its own whose first person is not there yet: the first test of this file must stay the first.
const { runtime, db } = await openTestRuntime();
const person = (name = "Ada") => ({ name, email: `${newId()}@example.org`, password: "a long password" });
const actorOf = async (userId: string) =>
  actorForSignIn(runtime, await startSignIn(runtime, userId, { ip: "", userAgent: "" }), undefined, "");

test("of twenty people who sign up first at once, one owns the first organization and 19 are told to get an invitation", async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => register(runtime, person(`P${n}`), "invited")),
  );
  const [winner, ...others] = tries.filter(({ status }) => status === "fulfilled");
  expect(winner).toBeDefined();
  expect(others).toEqual([]);
  for (const lost of tries.filter((one) => one.status === "rejected")) {
    expect(lost.reason).toMatchObject({ code: "forbidden", message: expect.stringContaining("invitation") });
  }
  const [rows] = await db.execute<{
    orgs: number;
    people: number;
    owners: number;
  }>(sql`select (select count(*)::int from organizations) as orgs,
    (select count(*)::int from users) as people, (select count(*)::int from memberships where role = 'owner') as owners`);
  expect(rows).toEqual({ orgs: 1, people: 1, owners: 1 });
});

test("an invitation lets one person in, with its role and teams, under the first organization's rules", async () => {
  const [row] = await db.execute<{ id: string }>(
    sql`select user_id as id from memberships where role = 'owner' order by created_at limit 1`,
  );
  const owner = await actorOf(row?.id ?? "");
  const [team] = await db.execute<{ id: string }>(sql`select id from teams where org_id = ${owner.orgId}`);
  const { link } = await as(runtime, owner, (context) =>
    inviteMember(context, { email: null, role: "member", teamIds: [team?.id ?? ""] }),
  );
  const invitation = new URL(link).pathname.split("/").at(-1) ?? "";
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, () => register(runtime, { ...person("Ben"), invitation }, "invited")),
  );
  const made = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  expect(made).toHaveLength(1);
  expect(made[0]?.orgId).toBe(owner.orgId);
  expect(await actorOf(made[0]?.userId ?? "")).toMatchObject({ role: "member", teams: [team?.id] });
  const again = await actorOf((await register(runtime, person("Cleo"), "open")).userId);
  await expect(
    execute(acceptInvitation, runtime, again, { token: invitation }, { requestId: "test" }),
  ).rejects.toMatchObject({ code: "not_found" });
  const [people] = await db.execute(sql`select count(*)::int as n from users where name = 'Ben'`);
  expect(people).toEqual({ n: 1 });
});

test("an address has one account, however it is written and however many try at once", async () => {
  const ada = person();
  const forms = [ada.email, ada.email.toUpperCase(), ` ${ada.email} `];
  const tries = await Promise.allSettled(forms.map((email) => register(runtime, { ...ada, email }, "open")));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of tries) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict" });
});

test.each([
  "ada＠example.org",
  "ada﹫example.org",
  "ａda@example.org",
  "no address",
  "a@b",
  "",
  "ada@exam ple.org",
  "\u0000@example.org",
])("%j is no address", async (email) => {
  expect(normalizeEmail(email)).toBeUndefined();
  await expect(register(runtime, { ...person(), email }, "open")).rejects.toMatchObject({ code: "invalid" });
});

test("the password is stored as argon2id", async () => {
  const { userId } = await register(runtime, person(), "open");
  const [row] = await db.execute<{ hash: string }>(sql`select password_hash as hash from users where id = ${userId}`);
  expect(row?.hash).toMatch(/^\$argon2id\$v=19\$/);
});
