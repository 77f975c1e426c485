import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { NextAuthConfig } from "next-auth";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { parseConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { newId } from "../ids.ts";
import { as, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { inviteMember } from "../members/invitations.ts";
import { handleRegister, handleSignIn } from "./http.ts";
import { nextAuthConfig, type SignInRequest } from "./next-auth.ts";
import { actorOfRequest } from "./session.ts";

// What next-auth’s route handlers call, of the version it brings itself. The package only loads inside Next.
const core = new URL("../../node_modules/@auth/core/index.js", import.meta.url).href;
const { Auth }: { Auth: (request: Request, config: NextAuthConfig) => Promise<Response> } = await import(core);
const nextAuth = (request: Request, situation: SignInRequest) => Auth(request, nextAuthConfig(situation));

const { runtime: bare, db } = await openTestRuntime();
const dataDir = mkdtempSync(join(tmpdir(), "entourage-sign-in-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** A GitHub of our own: remembers the challenge, gives a token only for its verifier, and says who one is. */
const visitor = { id: 1, name: "Octo", login: "octo", email: "octo@example.org" };
const github = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://github.test");
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    if (url.pathname === "/login/oauth/access_token") {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const verifier = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const isRight = form.get("code") === verifier;
      response.statusCode = isRight ? 200 : 400;
      response.end(
        JSON.stringify(isRight ? { access_token: "t", token_type: "bearer" } : { error: "bad_verification_code" }),
      );
    } else response.end(JSON.stringify(visitor));
  });
});
await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
afterAll(() => github.close());
// A server that listens on TCP has an address of this form.
const githubUrl = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;

function open(more: Record<string, string> = {}) {
  globalThis.entourageAttempts = undefined;
  const config = parseConfig({
    ENTOURAGE_DATA_DIR: dataDir,
    ENTOURAGE_LOG_LEVEL: "silent",
    ENTOURAGE_GITHUB_ID: "id",
    ENTOURAGE_GITHUB_SECRET: "secret",
    ENTOURAGE_GITHUB_BASE_URL: githubUrl,
    ...more,
  });
  const runtime = {
    ...bare,
    config,
    log: createLogger("test"),
  };
  return { runtime, browser: ({ ip = "192.0.2.1" } = {}) => createBrowser(runtime, ip) };
}
type TestRuntime = ReturnType<typeof open>["runtime"];

/** Keeps cookies as a browser does; sends them to our two handlers. */
function createBrowser(runtime: TestRuntime, ip: string) {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  async function send(path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set("cookie", cookie());
    headers.set("host", "localhost:3000");
    headers.set("x-forwarded-host", "localhost:3000");
    headers.set("x-forwarded-for", ip);
    headers.set("origin", headers.get("origin") ?? "http://localhost:3000");
    const request = new Request(`http://localhost:3000${path}`, { ...init, headers });
    const response = path.startsWith("/api/auth/register")
      ? await handleRegister(runtime, request)
      : await handleSignIn(runtime, request, nextAuth);
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      if (value === "" || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
  const json = (path: string, body: unknown, headers = {}) =>
    send(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  async function form(path: string, fields: Record<string, string>) {
    const { csrfToken } = await (await send("/api/auth/csrf")).json();
    return send(path, {
      method: "POST",
      body: new URLSearchParams({ csrfToken, ...fields }),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-auth-return-redirect": "1" },
    });
  }
  const actor = () =>
    actorOfRequest(runtime, {
      authorization: undefined,
      cookie: cookie(),
      orgRef: undefined,
      ip: "",
      origin: "http://localhost:3000",
      method: "GET",
      contentType: undefined,
    });
  return {
    jar,
    send,
    actor,
    register: (body: Record<string, unknown>) => json("/api/auth/register", body),
    postJson: json,
    signIn: (email: string, password: string, more = {}) =>
      form("/api/auth/callback/credentials", { email, password, ...more }),
    signOut: () => form("/api/auth/signout", {}),
    session: async () => (await send("/api/auth/session")).json(),
    async signInWithGitHub(callbackUrl = "/") {
      const { url } = await (await form("/api/auth/signin/github", { callbackUrl })).json();
      const asked = new URL(url);
      return {
        asked,
        return: (changes: Record<string, string> = {}) => {
          const answer = {
            code: asked.searchParams.get("code_challenge") ?? "",
            state: asked.searchParams.get("state") ?? "",
            ...changes,
          };
          return send(`/api/auth/callback/github?${new URLSearchParams(answer)}`);
        },
      };
    },
  };
}

const person = () => ({ name: "Ada", email: `${newId()}@example.org`, password: "a long password" });
const withOpenDoor = { ENTOURAGE_SIGN_UP: "open" };

test("who signs up and in has a session that names a row, and an organization with a manager", async () => {
  const { runtime, browser } = open(withOpenDoor);
  const [ada, chrome] = [person(), browser()];
  const response = await chrome.register({ ...ada, organization: "Analytical Engines" });
  expect(response.status).toBe(201);
  const { slug } = await response.json();
  await chrome.signIn(ada.email.toUpperCase(), ada.password);
  expect(await chrome.session()).toMatchObject({ user: { name: "Ada", email: ada.email }, org: slug });
  const actor = await chrome.actor();
  expect(actor).toMatchObject({ name: "Ada", role: "owner" });
  const rows = await db.execute(
    sql`select t.name as team, a.name as agent, a.role from teams t join agents a on a.org_id = t.org_id and a.team_id = t.id where t.org_id = ${actor.orgId}`,
  );
  expect([...rows]).toEqual([{ team: "General", agent: "manager", role: "manager" }]);
  const held = [...chrome.jar].find(([name]) => name.endsWith(".session"))?.[1] ?? "";
  expect(held).not.toContain(actor.id);
  expect(runtime.config.signUp).toBe("open");
});

test("a wrong password, an unknown person and one without a password get the same answer and no session", async () => {
  const { browser } = open(withOpenDoor);
  const [ada, chrome] = [person(), browser()];
  await chrome.register(ada);
  const unset = `${newId()}@example.org`;
  await db.execute(
    sql`insert into users (id, email, name, created_at) values (${newId()}, ${unset}, 'No password', now())`,
  );
  const answers = [];
  for (const [email, password] of [
    [ada.email, "wrong password"],
    [`${newId()}@example.org`, "x"],
    [unset, "nobody has this password"],
  ] as const) {
    const response = await chrome.signIn(email, password);
    answers.push(`${response.status} ${JSON.stringify(await response.json())}`);
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain("error=CredentialsSignin");
  expect(await chrome.session()).toBeNull();
});

test("signing out ends the row: the cookie is worthless afterwards, also where it was copied to", async () => {
  const { browser } = open(withOpenDoor);
  const [ada, chrome, thief] = [person(), browser(), browser()];
  await chrome.register(ada);
  await chrome.signIn(ada.email, ada.password);
  for (const [name, value] of chrome.jar) thief.jar.set(name, value);
  expect((await thief.actor()).name).toBe("Ada");
  await chrome.signOut();
  expect([...chrome.jar.keys()].some((name) => name.endsWith(".session"))).toBe(false);
  await vi.waitFor(() => expect(thief.actor()).rejects.toMatchObject({ code: "unauthenticated" }), { timeout: 5_000 });
  expect(await thief.session()).toBeNull();
});

test("attempts are limited for an account from wherever they come, and say when to try again", async () => {
  const { runtime, browser } = open(withOpenDoor);
  runtime.settings.rateSignIn = 3;
  onTestFinished(() => void (runtime.settings.rateSignIn = 100_000));
  const ada = person();
  const statuses = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    globalThis.entourageAttempts = undefined; // As in another process, which has counted nothing itself.
    statuses.push(await browser({ ip: `198.51.100.${attempt}` }).signIn(ada.email, "wrong"));
  }
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(Number(statuses[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
});

test.each([
  ["a page of another site", { origin: "https://evil.example" }, 403],
  ["another content type", { "content-type": "text/plain" }, 400],
])("signing up from %s is refused", async (_name, headers, status) => {
  const { browser } = open(withOpenDoor);
  expect((await browser().postJson("/api/auth/register", person(), headers)).status).toBe(status);
});

test("signing in without the token of our page is refused", async () => {
  const { browser } = open(withOpenDoor);
  const [ada, chrome] = [person(), browser()];
  await chrome.register(ada);
  await chrome.send("/api/auth/callback/credentials", {
    method: "POST",
    body: new URLSearchParams({ email: ada.email, password: ada.password }),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(await chrome.session()).toBeNull();
});

test("after signing in one is only ever sent to a page of ours", async () => {
  const { browser } = open(withOpenDoor);
  const [ada, chrome] = [person(), browser()];
  await chrome.register(ada);
  for (const callbackUrl of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
    const { url } = await (await chrome.signIn(ada.email, ada.password, { callbackUrl })).json();
    expect(new URL(url, "http://localhost:3000").origin).toBe("http://localhost:3000");
  }
});

test("GitHub signs in with PKCE and state; the same account is the same person each time", async () => {
  const { browser } = open(withOpenDoor);
  Object.assign(visitor, { id: Math.floor(Math.random() * 1e9), email: `${newId()}@example.org` });
  const chrome = browser();
  const first = await chrome.signInWithGitHub();
  expect(first.asked.origin).toBe(githubUrl);
  expect(first.asked.searchParams.get("code_challenge_method")).toBe("S256");
  expect(first.asked.searchParams.get("redirect_uri")).toBe("http://localhost:3000/api/auth/callback/github");
  await first.return();
  const actor = await chrome.actor();
  expect(actor).toMatchObject({ name: "Octo", role: "owner" });
  const other = browser();
  await (await other.signInWithGitHub()).return();
  expect((await other.actor()).id).toBe(actor.id);
});

test.each([
  ["state", { state: "made up" }],
  ["code", { code: "made up" }],
])("an answer of GitHub with a wrong %s signs nobody in", async (_name, changes) => {
  const { browser } = open(withOpenDoor);
  Object.assign(visitor, { id: Math.floor(Math.random() * 1e9), email: `${newId()}@example.org` });
  const chrome = browser();
  await (await chrome.signInWithGitHub()).return(changes);
  expect(await chrome.session()).toBeNull();
});

test("an identity never takes over an account by its address", async () => {
  const { browser } = open(withOpenDoor);
  const [ada, chrome] = [person(), browser()];
  await chrome.register(ada);
  Object.assign(visitor, { id: Math.floor(Math.random() * 1e9), email: ada.email });
  const response = await (await chrome.signInWithGitHub()).return();
  expect(response.headers.get("location")).toContain("error=OAuthAccountNotLinked");
  expect(await chrome.session()).toBeNull();
});

test("a new identity needs an invitation where signing up does; coming from its page is enough", async () => {
  const { browser } = open();
  const org = await createTestOrg(bare);
  Object.assign(visitor, { id: Math.floor(Math.random() * 1e9), email: `${newId()}@example.org` });
  const chrome = browser();
  const refused = await (await chrome.signInWithGitHub()).return();
  expect(refused.headers.get("location")).toContain("error=InvitationNeeded");
  const { link } = await as(bare, org.owner, (context) =>
    inviteMember(context, { email: null, role: "member", teamIds: [] }),
  );
  await (await chrome.signInWithGitHub(new URL(link).pathname)).return();
  expect(await chrome.session()).toMatchObject({ user: { email: visitor.email }, org: null });
});

test("behind https every cookie is __Host- and Secure", async () => {
  const { browser } = open({ ...withOpenDoor, ENTOURAGE_PUBLIC_URL: "https://entourage.example" });
  const [ada, chrome] = [person(), browser()];
  await chrome.postJson("/api/auth/register", ada, { origin: "https://entourage.example" });
  const response = await chrome.signIn(ada.email, ada.password);
  const lines = [...response.headers.getSetCookie(), ...(await chrome.send("/api/auth/csrf")).headers.getSetCookie()];
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatch(/^__Host-entourage\./);
    expect(line).toMatch(/; Secure/i);
    expect(line).toMatch(/; HttpOnly/i);
    expect(line).toMatch(/; SameSite=Lax/i);
  }
});
