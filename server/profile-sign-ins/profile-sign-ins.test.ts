import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { inviteMember } from "../members/operations.ts";
import { execute } from "../execute.ts";
import { listSignIns, revokeSignIn } from "../sign-ins/operations.ts";
import { actorForSignIn } from "../auth/actor.ts";
import { startSignIn } from "../auth/sign-in.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg } from "../test/fixtures.ts";
import { fetchProfile } from "./fetch-profile.ts";

/** A host of public profiles; each test says what stands there. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: string[] = [];
const host = createServer((request, response) => {
  asked.push(request.url ?? "");
  answer(request, response);
});
await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
const { port } = host.address() as AddressInfo;
const profiles = `127.0.0.1:${port}`;
afterAll(() => {
  host.closeAllConnections();
  host.close();
});
beforeEach(() => {
  asked.length = 0;
  answer = (_request, response) => response.writeHead(404).end();
});

const { runtime, address, db } = await openTestDoors({
  ENTOURAGE_PROFILE_URLS: `github=http://${profiles}/users/{user},github=http://${profiles}/users/{user}/gists,inside=https://localhost:${port}/{user}`,
  ENTOURAGE_PROFILE_TRUSTED_HOSTS: profiles,
});
const once = { requestId: "test" };
const org = await createTestOrg(runtime);

async function post(path: string, body: unknown) {
  const response = await fetch(`${address}/api/auth/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", "user-agent": "a terminal" },
  });
  return { status: response.status, body: await response.json() };
}
const invite = async (email: string | null = null) =>
  (await execute(inviteMember, runtime, org.owner, { email, role: "member", teamIds: [org.teamId] }, once)).link;
const init = async (user: string, way: object) => (await post("init", { user, ...way })).body;
const verify = (ticket: string) => post("verify", { ticket });
/** What a profile shows, as the API of a code host tells it. */
const show = (bio: string, id = 1) => {
  answer = (request, response) =>
    request.url?.endsWith("/gists") ? response.end("[]") : response.end(JSON.stringify({ id, bio }));
};
const me = async (token: string) => {
  const response = await fetch(`${address}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
};
/** The one refusal there is; its request id aside. */
const refusalOf = ({ status, body }: { status: number; body: { error: { code: string; message: string } } }) =>
  `${status} ${body.error.code} ${body.error.message}`;

async function letIn(user: string, id: number) {
  const { ticket, signature } = await init(user, { invitation: await invite() });
  show(`me ${signature}`, id);
  return { ticket, signature, answer: await verify(ticket) };
}

test("an invitation and a signature in the profile give a token of seven days; the next time the membership is enough", async () => {
  const started = await post("init", { user: "Octo-Cat", invitation: await invite() });
  expect(started.status).toBe(200);
  const { signature, ticket, places, expiresAt } = started.body;
  expect(places[0]).toBe(`http://${profiles}/users/octo-cat`);
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(590_000);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(601_000);
  show(`Cats. ${signature} Boxes.`, 583231);
  const { status, body } = await verify(ticket);
  expect({ status, body }).toMatchObject({ status: 200, body: { expiresIn: 604_800, user: { name: "octo-cat" } } });
  const claims = JSON.parse(Buffer.from(String(body.accessToken).split(".")[1] ?? "", "base64url").toString());
  expect(claims).toMatchObject({ username: "octo-cat", org: org.orgId, exp: claims.iat + 604_800 });
  expect(await me(body.accessToken)).toMatchObject({ status: 200, body: { name: "octo-cat", role: "member" } });

  const again = await init("octo-cat", { org: body.org });
  show(again.signature, 583231);
  const second = await verify(again.ticket);
  expect(second.body.user).toEqual(body.user);
});

test("a gist does as well as the profile", async () => {
  const { signature, ticket } = await init("gisty", { invitation: await invite() });
  answer = (request, response) =>
    request.url === "/users/gisty/gists"
      ? response.end(JSON.stringify([{ description: signature }]))
      : response.end(JSON.stringify({ id: 77, bio: null }));
  expect((await verify(ticket)).status).toBe(200);
});

test("the token is among the person's sign-ins, and ended there it opens nothing within five seconds", async () => {
  const { answer: got } = await letIn("revocable", 31);
  const { accessToken, user } = got.body;
  const browser = await actorForSignIn(
    runtime,
    await startSignIn(runtime, user.id, { ip: "", userAgent: "" }),
    undefined,
    "",
  );
  const { signIns } = await execute(listSignIns, runtime, browser, {}, once);
  const [client] = signIns.filter(({ kind }) => kind === "token");
  expect(client).toMatchObject({ userAgent: "a terminal", isThis: false });
  await execute(revokeSignIn, runtime, browser, { signInId: client?.id }, once);
  await vi.waitUntil(async () => (await me(accessToken)).status === 401, 5_000);
  expect((await me(accessToken)).status).toBe(401);
});

test("whatever is wrong, a stranger reads the same words", async () => {
  const mine = await letIn("first", 41);
  expect(mine.answer.status).toBe(200);
  const told = new Set<string>();
  const wrong = async (name: string, ticket: string) => {
    const refused = refusalOf(await verify(ticket));
    expect(refused, name).toMatch(/^401 unauthenticated/);
    told.add(refused);
  };
  await wrong("used twice", mine.ticket);
  await wrong("made up", "pt_nothing");
  await wrong("what all can read instead of the ticket", mine.signature);
  const other = await init("second", { invitation: await invite() });
  show(mine.signature, 42);
  await wrong("the signature of another", other.ticket);
  show("nothing", 42);
  await wrong("not placed", other.ticket);
  answer = (_request, response) => response.writeHead(404).end();
  await wrong("no such profile", other.ticket);
  const place = (signature: string) => show(signature, 43);
  const bare = await init("third", { invitation: "https://example.org/invite/made-up" });
  place(bare.signature);
  await wrong("an invitation that is none", bare.ticket);
  const foreign = await init("third", { org: org.orgId });
  place(foreign.signature);
  await wrong("an organization one is not in", foreign.ticket);
  const missing = await init("third", { org: "no-such-organization" });
  place(missing.signature);
  await wrong("an organization that is not there", missing.ticket);
  const personal = await init("third", { invitation: await invite("ada@example.org") });
  place(personal.signature);
  await wrong("an invitation for an address", personal.ticket);
  const late = await init("third", { invitation: await invite() });
  await db.execute(
    sql`update profile_sign_ins set expires_at = now() - interval '1 second' where profile_name = 'third'`,
  );
  place(late.signature);
  await wrong("too late", late.ticket);
  expect([...told]).toHaveLength(1);
  const left = await db.execute(sql`select 1 from users where name in ('second', 'third')`);
  expect(left).toHaveLength(0);
});

test("a name that changed hands does not open what was another's", async () => {
  const { body } = (await letIn("sold", 51)).answer;
  const thief = await init("sold", { org: body.org });
  show(thief.signature, 52);
  expect((await verify(thief.ticket)).status).toBe(401);
});

test("of twenty that come at once with one ticket one is let in, and the invitation is used once", async () => {
  const link = await invite();
  const [one, two] = [await init("racer", { invitation: link }), await init("rival", { invitation: link })];
  answer = (request, response) =>
    response.end(
      JSON.stringify({ id: request.url?.includes("rival") ? 62 : 61, bio: `${one.signature} ${two.signature}` }),
    );
  const all = await Promise.all(Array.from({ length: 14 }, (_, n) => verify(n % 2 ? one.ticket : two.ticket)));
  expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(all.filter(({ status }) => status === 401)).toHaveLength(13);
  const [made] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from users where name in ('racer', 'rival')`,
  );
  expect(made?.n).toBe(1);
});

test("names that could be other paths, other hosts or look alike are refused before anything is asked", async () => {
  const names = [
    "../admin",
    "a%2f..%2fb",
    "a/b",
    "a?b",
    "a#b",
    "a@evil.example",
    "",
    "-a",
    "a..b",
    "ɑdmin",
    "\u212Aate",
    "a\u0000",
    "a b",
    "x".repeat(65),
  ];
  for (const user of names) {
    const { status, body } = await post("init", { user, invitation: "x" });
    expect([user, status, body.error?.code]).toEqual([user, 400, "invalid"]);
  }
  expect((await post("init", { user: "a", provider: "elsewhere", invitation: "x" })).body.error.message).toContain(
    "github, inside",
  );
  expect((await post("init", { user: "a" })).status).toBe(400);
  expect((await post("init", { user: "a", org: "x", invitation: "y" })).status).toBe(400);
  expect(asked).toEqual([]);
});

test("a host inside the network is never connected to, whatever its name, unless it is trusted", async () => {
  const { ticket } = await init("anybody", { provider: "inside", invitation: await invite() });
  expect((await verify(ticket)).status).toBe(401);
  const untrusted = { profileTrustedHosts: [] };
  for (const url of [
    `http://${profiles}/a`,
    `https://${profiles}/a`,
    `https://localhost:${port}/a`,
    "https://169.254.169.254/a",
    `https://[::1]:${port}/a`,
    `https://[::ffff:127.0.0.1]:${port}/a`,
    `https://0.0.0.0:${port}/a`,
  ])
    expect(await fetchProfile(url, untrusted)).toBeUndefined();
  expect(asked).toEqual([]);
});

test("hostile hosts: a redirect is not followed, and what is endless or slow is left within its time", async () => {
  const trusted = { profileTrustedHosts: [profiles] };
  const read = (mostMs?: number) =>
    fetchProfile(`http://${profiles}/users/x`, { ...trusted, ...(mostMs && { mostMs }) });
  answer = (_request, response) => response.writeHead(302, { location: `http://${profiles}/secret` }).end("moved");
  expect(await read()).toBeUndefined();
  expect(asked).toEqual(["/users/x"]);
  answer = (_request, response) =>
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
  expect(await read()).toBeUndefined();

  let sent = 0;
  const [ended, end] = [Promise.withResolvers<void>(), () => ended.resolve()];
  answer = (_request, response) => {
    response.writeHead(200, { "content-length": String(10 * 1024 ** 3) });
    const chunk = Buffer.alloc(65_536, "x");
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
    };
    response
      .on("drain", more)
      .on("close", end)
      .on("error", () => {});
    more();
  };
  expect(await read()).toBeUndefined();
  await ended.promise;
  expect(sent).toBeLessThan(64 * 1024 ** 2);

  const closed = Promise.withResolvers<void>();
  answer = (_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("x"), 20);
    response.on("close", () => {
      clearInterval(drip);
      closed.resolve();
    });
  };
  const began = performance.now();
  expect(await read(300)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2_000);
  await closed.promise;
});

test("what a profile says is never echoed", async () => {
  const { ticket } = await init("echo", { invitation: await invite() });
  show("a-secret-of-inside");
  expect(JSON.stringify(await verify(ticket))).not.toContain("a-secret-of-inside");
});

test("neither ticket nor signature stands in the database", async () => {
  const { ticket, signature } = await init("kept", { invitation: await invite() });
  const [row] = await db.execute(sql`select * from profile_sign_ins where profile_name = 'kept'`);
  expect(row).toBeDefined();
  expect(JSON.stringify(row)).not.toContain(ticket);
  expect(JSON.stringify(row)).not.toContain(signature);
});
