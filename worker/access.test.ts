import { afterEach, expect, test } from "vitest";
import { inTransaction } from "#server/execute.ts";
import { type Context, systemActor } from "#server/context.ts";
import { sql as query } from "drizzle-orm";
import { record } from "#server/events/record.ts";
import { newId } from "#server/ids.ts";
import { authorizeSubscription } from "#server/realtime/authorize.ts";
import { currentChannels } from "#server/realtime/channels.ts";
import { as, createTestMember, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { startAccess } from "./access.ts";
import { startRelay } from "./relay.ts";
import { until } from "./realtime/test/harness.ts";
import { openPage, startHost, told } from "./test/live.ts";

const { runtime, url } = await openTestRuntime();
const host = await startHost();
const parts = new Set<{ stop(): Promise<void> }>();

function start(isEmbedded = true, push = host.push) {
  const onError = () => {};
  parts.add(startRelay(runtime, { url, push, isEmbedded, onError }));
  parts.add(startAccess(runtime, { push, isEmbedded, onError }));
}
afterEach(async () => {
  for (const part of parts) await part.stop();
  parts.clear();
});

const rename = (org: TestOrg) =>
  as(runtime, org.owner, (context) =>
    record(context, "team.updated", [{ subject: org.teamId, team: org.teamId, data: { name: newId() } }]),
  );
const asSystem = <Result>(work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, work);
const ask = (actor: TestOrg["owner"], channel: string, socketId = "1.2") =>
  authorizeSubscription(runtime, host.push, actor, { socketId, channel, askedAt: new Date(), requestId: "test" });

test("the open page of a deactivated member hears nothing from then on, and cannot come back", async () => {
  start();
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const [theirs, ours] = [
    await openPage(runtime, host, member, org.teamId),
    await openPage(runtime, host, org.owner, org.teamId),
  ];
  await until("both to be live", () => theirs.page.state === "live" && ours.page.state === "live");
  await rename(org);
  await until("both to hear", () => told(theirs.page.frames).length === 1 && told(ours.page.frames).length === 1);
  const heard = theirs.page.frames.length;
  await as(runtime, org.owner, (context) => record(context, "member.deactivated", [{ subject: member.id, data: {} }]));
  await rename(org);
  await until("the others to hear of it", () => told(ours.page.frames).length === 3);
  expect(theirs.page.frames.filter(({ reference }) => !reference)).toHaveLength(heard);
  expect(theirs.page.state).not.toBe("live");
  const { org: orgName } = await as(runtime, org.owner, (context) => currentChannels(context, {}));
  await expect(ask(member, orgName)).rejects.toMatchObject({ code: "forbidden" });
});

test("a page whose permission is outrun by a revocation asks for another, and is live", async () => {
  start();
  const org = await createTestOrg(runtime);
  const outrun = new Set<string>();
  const { page } = await openPage(runtime, host, org.owner, org.teamId, {
    // As when another sign-in of theirs is ended just then.
    onPermitted: async (channel) => {
      if (outrun.has(channel)) return;
      outrun.add(channel);
      await host.push.terminateUser(org.owner.id);
    },
  });
  await until("the page to be live", () => page.state === "live");
  expect(outrun.size).toBe(2);
});

test("whoever leaves a team keeps hearing the organization, and the team no more", async () => {
  start();
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const channels = await as(runtime, org.owner, (context) => currentChannels(context, { teamId: org.teamId }));
  await expect(ask(member, String(channels.team))).resolves.toHaveProperty("auth");
  await as(runtime, org.owner, (context) =>
    record(context, "team.member_removed", [{ subject: org.teamId, team: org.teamId, data: { userId: member.id } }]),
  );
  // The actor as it was resolved before: the tables are asked, not the memory of a door.
  await expect(ask(member, String(channels.team))).rejects.toMatchObject({ code: "forbidden" });
  await expect(ask(member, channels.org)).resolves.toHaveProperty("auth");
});

test("a sign-in that ends takes its sockets with it", async () => {
  start();
  const org = await createTestOrg(runtime);
  const signInId = newId();
  await asSystem(({ tx }) =>
    tx.execute(
      query`insert into sign_ins (id, user_id, created_at, last_seen_at, expires_at) values (${signInId}, ${org.owner.id}, now(), now(), now() + interval '1 day')`,
    ),
  );
  const { page } = await openPage(runtime, host, { ...org.owner, signInId }, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await asSystem(({ tx }) => tx.execute(query`update sign_ins set revoked_at = now() where id = ${signInId}`));
  runtime.wake.announce("access_changed", org.orgId);
  await until("the socket to end", () => page.state === "stale");
  const { org: orgName } = await as(runtime, org.owner, (context) => currentChannels(context, {}));
  await expect(ask({ ...org.owner, signInId }, orgName)).rejects.toMatchObject({ code: "forbidden" });
});

test("on another host a revocation renames the channels: the others follow, the old name falls silent", async () => {
  start(false);
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const { page, since } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  const before = await as(runtime, org.owner, (context) => currentChannels(context, { teamId: org.teamId }));
  await as(runtime, org.owner, (context) => record(context, "member.deactivated", [{ subject: member.id, data: {} }]));
  await until("new names", async () => {
    const now = await as(runtime, org.owner, (context) => currentChannels(context, { teamId: org.teamId }));
    return now.team !== before.team && now.org !== before.org;
  });
  await rename(org);
  await until("the page to follow", () => told(page.frames).length === 2 && page.state === "live");
  expect(told(page.frames)).toEqual([since + 1, since + 2]);
  await rename(org);
  await until("frames on the new names", () =>
    page.frames.some(({ seq, reference }) => seq === since + 3 && !reference),
  );
  await expect(ask(org.owner, String(before.team))).rejects.toMatchObject({ code: "forbidden" });
});

test.each(["this one cannot hear the others", "another one cannot hear this one"])(
  "where not every realtime node can be told (%s), a removal renames the channels as well",
  async (which) => {
    const isOurs = which.startsWith("this");
    const node = newId();
    if (!isOurs)
      await asSystem(({ tx }) =>
        tx.execute(query`insert into realtime_nodes (id, beat_at, trouble) values (${node}, now(), 'it is apart')`),
      );
    start(true, { ...host.push, terminateUser: async (id) => (await host.push.terminateUser(id)) && !isOurs });
    const org = await createTestOrg(runtime);
    const member = await createTestMember(runtime, org, "member");
    const names = () => as(runtime, org.owner, (context) => currentChannels(context, { teamId: org.teamId }));
    const before = await names();
    await as(runtime, org.owner, (context) =>
      record(context, "member.deactivated", [{ subject: member.id, data: {} }]),
    );
    await until("new names", async () => {
      const now = await names();
      return now.team !== before.team && now.org !== before.org;
    });
    await asSystem(({ tx }) => tx.execute(query`delete from realtime_nodes where id = ${node}`));
  },
);

test("nothing foreign, malformed or made up is signed, and no key subscribes", async () => {
  const [org, foreign] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const own = await as(runtime, org.owner, (context) => currentChannels(context, { teamId: org.teamId }));
  const theirs = await as(runtime, foreign.owner, (context) => currentChannels(context, { teamId: foreign.teamId }));
  const wrong = [
    theirs.org,
    String(theirs.team),
    `private-team.${newId()}.0`,
    own.org.replace(/0$/, "1"),
    own.org.replace(/0$/, "00"),
    "private-x",
    "presence-org",
    "private-team.x.0",
    `${own.org}\n`,
    "#server-to-user-1",
    "",
  ];
  for (const channel of wrong) await expect(ask(org.owner, channel)).rejects.toMatchObject({ code: "forbidden" });
  for (const socketId of ["", "1", "1.2:private-x", "1.2\n", "-1.2", "a.b"]) {
    await expect(ask(org.owner, own.org, socketId)).rejects.toMatchObject({ code: "invalid" });
  }
  await expect(ask({ ...org.owner, keyId: newId() }, own.org)).rejects.toMatchObject({ code: "forbidden" });
  await expect(ask(org.owner, own.org)).resolves.toHaveProperty("auth");
});
