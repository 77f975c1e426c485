import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { signAsGithub } from "../github/signature.ts";
import { newId } from "../ids.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { receiveDelivery } from "./receive.ts";
import { signByStandard } from "./signatures.ts";
import { createWebhook, deleteWebhook, replayDelivery, rotateWebhookSecret, updateWebhook } from "./operations.ts";
import { post, sendAsGithub, sendAsGitlab, sendSigned } from "./test/sender.ts";
import { openWorkshop } from "./test/workshop.ts";

const shop = await openWorkshop();
const { db, run, address, createOrg, openEndpoint, settle, log, lineOf, tasksOf } = shop;
const small = await openTestDoors({
  ENTOURAGE_WEBHOOK_LIMIT_KILOBYTES: "64",
  ENTOURAGE_RATE_PER_ADDRESS: "3",
  ENTOURAGE_RATE_WEBHOOK: "2",
});

const ping = { event: "ping", payload: { zen: "Half measures are as bad as nothing at all." } };

test("an address that is not ours answers like a wrong signature, whatever it looks like", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  const wrong = { ...sender, secret: "another secret of the same sort" };
  const answer = async (response: Response) => {
    const text = await response.text();
    return [response.status, text.replace(/"requestId":"[^"]+"/, ""), response.headers.get("content-type")];
  };
  const known = await answer(await sendAsGithub(wrong, ping));
  expect(known[0]).toBe(401);
  for (const name of [newId(), "github-app", "x", "..%2f..", "0".repeat(400), sender.url.slice(-50)]) {
    const url = `${address}/webhooks/${encodeURIComponent(name)}/receive`;
    expect(await answer(await sendAsGithub({ ...sender, url }, ping)), name).toEqual(known);
  }
});

test("the signature is over the very bytes: one changed afterwards, or spaces, is refused", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "generic");
  const [id, timestamp] = ["msg_1", String(Math.floor(Date.now() / 1000))];
  const body = '{"title": "A",  "labels":["é"]}';
  const signature = signByStandard(sender.secret, { id, timestamp, body });
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  expect((await post(sender.url, JSON.stringify(JSON.parse(body)), headers)).status).toBe(401);
  expect((await post(sender.url, body, { ...headers, "webhook-id": "msg_2" })).status).toBe(401);
  expect(
    (await post(sender.url, body, { ...headers, "webhook-signature": `v1,AAAA v2,${signature.slice(3)}` })).status,
  ).toBe(401);
  expect((await post(sender.url, Buffer.from([0xff, 0xfe, 0x00]), headers)).status).toBe(401);
  // A list of signatures: the sender is changing its secret.
  expect((await post(sender.url, body, { ...headers, "webhook-signature": `v1,AAAA ${signature}` })).status).toBe(202);
});

test("Standard Webhooks: the specification's own example is signed as it says", () => {
  // https://github.com/standard-webhooks/standard-webhooks: HMAC-SHA256 over id.timestamp.body by the decoded secret.
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const signed = signByStandard(secret, {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    body: '{"test": 2432232314}',
  });
  expect(signed).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test.for([-299, 299])("a delivery that is %i seconds off is taken", async (seconds) => {
  const { sender } = await openEndpoint(await createOrg(), "generic");
  const at = new Date(Date.now() + seconds * 1000);
  expect((await sendSigned(sender, { title: "In time" }, { at })).status).toBe(202);
});

test.for([-302, 302])("one that is %i seconds off is refused, however well it is signed", async (seconds) => {
  const { sender } = await openEndpoint(await createOrg(), "generic");
  const at = new Date(Date.now() + seconds * 1000);
  expect((await sendSigned(sender, { title: "Replayed" }, { at })).status).toBe(401);
});

test("GitLab shows that it holds the secret by its token or by a signature", async () => {
  const { sender } = await openEndpoint(await createOrg(), "gitlab");
  expect((await sendAsGitlab(sender, "Push Hook", {})).status).toBe(202);
  expect((await sendAsGitlab({ ...sender, secret: sender.secret.slice(0, -1) }, "Push Hook", {})).status).toBe(401);
  expect((await sendSigned(sender, {}, { headers: { "x-gitlab-event": "Push Hook" } })).status).toBe(202);
  expect(
    (await sendSigned({ ...sender, secret: "whsec_AAAA" }, {}, { headers: { "x-gitlab-event": "Push Hook" } })).status,
  ).toBe(401);
  expect((await post(sender.url, "{}", { "x-gitlab-event": "Push Hook" })).status).toBe(401);
});

test("a refused delivery stands in the log without its payload, and takes no one's place", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  const id = newId();
  const issue = { event: "ping", payload: { secret: "canary-91" }, id };
  expect((await sendAsGithub({ ...sender, secret: "guessed, and guessed wrong" }, issue)).status).toBe(401);
  await expect.poll(async () => (await log(org)).map(({ status }) => status)).toEqual(["refused"]);
  const [refused] = await log(org);
  expect(JSON.stringify(await lineOf(org, refused?.id ?? ""))).not.toContain("canary-91");
  await expect(run(replayDelivery, org.owner, { deliveryId: refused?.id })).rejects.toMatchObject({ code: "conflict" });
  expect((await sendAsGithub(sender, issue)).status).toBe(202);
  await settle(org);
  expect((await log(org)).map(({ status, deliveryId }) => [status, deliveryId])).toContainEqual(["processed", id]);
});

test("a flood of refused ones leaves a bounded trace", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  await Promise.all(Array.from({ length: 200 }, () => post(sender.url, "{}")));
  await expect.poll(async () => (await log(org)).length).toBeGreaterThan(0);
  expect((await log(org)).length).toBeLessThanOrEqual(20);
});

test("a rotated secret: both are good for a while, then, or at once, only the new one", async () => {
  const org = await createOrg();
  const { sender, webhook } = await openEndpoint(org, "github");
  const { secret } = await run(rotateWebhookSecret, org.owner, { webhookId: webhook.id, overlapHours: 1 });
  const fresh = { ...sender, secret };
  for (const each of [sender, fresh]) expect((await sendAsGithub(each, ping)).status).toBe(202);
  await db.execute(
    sql`update webhook_secrets set expires_at = now() - interval '1 second' where webhook_id = ${webhook.id} and expires_at is not null`,
  );
  expect((await sendAsGithub(sender, ping)).status).toBe(401);
  const latest = {
    ...sender,
    secret: (await run(rotateWebhookSecret, org.owner, { webhookId: webhook.id, overlapHours: 0 })).secret,
  };
  expect((await sendAsGithub(fresh, ping)).status).toBe(401);
  expect((await sendAsGithub(latest, ping)).status).toBe(202);
});

test("no secret stands in a table, an event or a list as it is", async () => {
  const org = await createOrg();
  const { sender } = await openEndpoint(org, "github");
  const hash = createHash("sha256").update(sender.secret).digest("hex");
  const found = await db.execute<{
    n: number;
  }>(sql`select (select count(*) from events e where e.org_id = ${org.orgId} and
      (strpos(e.data::text, ${sender.secret}) > 0 or strpos(e.data::text, ${hash}) > 0))::int
    + (select count(*) from webhook_secrets s where s.org_id = ${org.orgId} and strpos(s.sealed, ${sender.secret}) > 0)::int as n`);
  expect(found[0]?.n).toBe(0);
});

test("an endpoint that is switched off logs and leaves alone; a closed one is not there", async () => {
  const org = await createOrg();
  const { sender, webhook } = await openEndpoint(org, "generic");
  await run(updateWebhook, org.owner, { webhookId: webhook.id, enabled: false });
  expect((await sendSigned(sender, { title: "Later" })).status).toBe(202);
  await settle(org);
  expect(await tasksOf(org)).toEqual([]);
  const [line] = await log(org);
  expect(line).toMatchObject({ status: "ignored", result: expect.stringContaining("switched off") });
  await run(updateWebhook, org.owner, { webhookId: webhook.id, enabled: true });
  await run(replayDelivery, org.owner, { deliveryId: line?.id });
  await settle(org);
  expect((await tasksOf(org)).map(({ title }) => title)).toEqual(["Later"]);
  await run(deleteWebhook, org.owner, { webhookId: webhook.id });
  expect((await sendSigned(sender, { title: "Never" })).status).toBe(401);
});

test("too much is refused: a large body, too many in a minute, guesses from one address", async () => {
  const org = await createTestOrg(small.runtime);
  const made = await workIn(small.runtime).run(createWebhook, org.owner, {
    teamId: org.teamId,
    provider: "github",
    name: "x",
  });
  const sender = { url: `${small.address}/webhooks/${made.webhook.id}/receive`, secret: made.secret };
  expect((await sendAsGithub(sender, { event: "ping", payload: { large: "x".repeat(70_000) } })).status).toBe(413);
  const signed = [];
  for (let count = 0; count < 3; count++) signed.push(await sendAsGithub(sender, ping));
  expect(signed.map(({ status }) => status)).toEqual([202, 202, 429]);
  expect(Number(signed[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
  const guesses = [];
  for (let count = 0; count < 4; count++) guesses.push((await post(sender.url, "{}")).status);
  expect(guesses).toEqual([401, 401, 401, 429]);
});

test("a database that is away is said as 503 with a time to come back, never as taken", async () => {
  const org = await createOrg();
  const { sender, webhook } = await openEndpoint(org, "github");
  const away = connect("postgres://nobody@127.0.0.1:1/none", { poolSize: 2 });
  const body = JSON.stringify(ping.payload);
  const headers = { "x-github-event": "ping", "x-hub-signature-256": await signAsGithub(sender.secret, body) };
  const request = new Request(sender.url, { method: "POST", body, headers });
  const response = await receiveDelivery({ ...shop.runtime, db: away.db }, request, webhook.id);
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  await away.close();
});
