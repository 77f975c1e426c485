import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import type { Door } from "../door.ts";
import { compareWithFold } from "../events/replay.ts";
import { decryptSecret, openSecrets } from "../keyring.ts";
import { createTestMember, type TestOrg } from "../test/fixtures.ts";
import { sendAsGithub } from "../webhooks/test/sender.ts";
import { openWorkshop } from "../webhooks/test/workshop.ts";
import { handleAppCallback } from "./http.ts";
import { deleteWebhook } from "../webhooks/operations.ts";
import { listGithubApps, removeGithubApp, startGithubApp } from "./operations.ts";

/** GitHub as far as the flow needs it: it gives an App for a code, once. */
const codes = new Map<string, number>([
  ["good-1", 4001],
  ["good-2", 4002],
  ["good-3", 4003],
  ["odd", -1],
]);
const asked: string[] = [];
const github = createServer((request: IncomingMessage, response) => {
  asked.push(`${request.method} ${request.url}`);
  const code = /^\/api\/v3\/app-manifests\/([^/]+)\/conversions$/.exec(request.url ?? "")?.[1] ?? "";
  const id = codes.get(code);
  codes.delete(code);
  response.writeHead(id ? 201 : 404, { "content-type": "application/json" });
  if (id === -1) return response.end("<html>");
  const app = {
    ...{
      id,
      slug: `app-${id}`,
      name: `App ${id}`,
      html_url: `https://github.example/apps/app-${id}`,
      owner: { login: "acme" },
    },
    ...{
      client_id: "Iv1.x",
      client_secret: `client-secret-${id}`,
      webhook_secret: `webhook-secret-${id}`,
      pem: `pem-${id}`,
      more: 1,
    },
  };
  return response.end(JSON.stringify(id ? app : { message: "Not Found" }));
});
await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
afterAll(() => new Promise((resolve) => github.close(resolve)));
const githubUrl = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;

const shop = await openWorkshop({ ENTOURAGE_GITHUB_BASE_URL: githubUrl });
const { db, run, runtime, address, createOrg, settle, log, tasksOf } = shop;

async function begin(org: TestOrg) {
  const { action, manifest } = await run(startGithubApp, org.owner, { teamId: org.teamId, owner: "acme" });
  expect(action).toContain(`${githubUrl}/organizations/acme/settings/apps/new?state=`);
  return {
    state: new URL(action).searchParams.get("state") ?? "",
    manifest: JSON.parse(manifest) as Record<string, unknown>,
  };
}

/** The browser coming back, signed in as somebody: their cookie stands for them. */
async function comeBack(actor: TestOrg["owner"], { code, state }: { code: string; state: string }) {
  const door: Door = { runtime, authenticate: () => Promise.resolve(actor) };
  const response = await handleAppCallback(
    door,
    new Request(`${address}/webhooks/github-app/callback?code=${code}&state=${state}`),
  );
  return { status: response.status, to: response.headers.get("location") };
}

async function makeApp(org: TestOrg, code: string) {
  const { state } = await begin(org);
  expect(await comeBack(org.owner, { code, state })).toMatchObject({
    status: 303,
    to: `/o/${org.slug}/settings/webhooks?app=made`,
  });
  const [app] = (await run(listGithubApps, org.owner, {})).githubApps;
  if (!app) throw new Error("no App");
  return app;
}

test("from the settings to GitHub and back: the App is here, its secrets sealed, the state used up", async () => {
  const org = await createOrg();
  const { state, manifest } = await begin(org);
  expect(manifest).toMatchObject({
    public: false,
    redirect_url: `${runtime.settings.publicUrl}/webhooks/github-app/callback`,
    hook_attributes: { url: `${runtime.settings.publicUrl}/webhooks/github-app/receive`, active: true },
  });
  expect(await comeBack(org.owner, { code: "good-1", state })).toMatchObject({ status: 303 });
  const { githubApps } = await run(listGithubApps, org.owner, {});
  expect(githubApps).toMatchObject([
    { appId: 4001, owner: "acme", installUrl: "https://github.example/apps/app-4001/installations/new" },
  ]);
  const rows = await db.execute<{ orgId: string; appId: string; name: string; sealed: string }>(
    sql`select org_id as "orgId", app_id as "appId", name, sealed from github_app_secrets where org_id = ${org.orgId} order by name`,
  );
  const { keyring } = openSecrets(runtime.settings.dataDir);
  const opened = rows.map(({ orgId, appId, name, sealed }) =>
    decryptSecret(keyring, sealed, { orgId, table: "github_app_secrets", rowId: appId, column: name }),
  );
  expect(opened).toEqual(["client-secret-4001", "pem-4001"]);
  const [leaks] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from events where org_id = ${org.orgId} and data::text like '%-4001%' and data::text ~ 'secret-|pem-'`,
  );
  expect(leaks?.n).toBe(0);
  expect(await comeBack(org.owner, { code: "good-2", state })).toMatchObject({
    status: 303,
    to: expect.stringContaining("app=conflict"),
  });
  expect(asked.filter((each) => each.includes("good-2"))).toEqual([]);
});

test("a state that was never given, is too old, or is somebody else's leads nowhere and asks GitHub nothing", async () => {
  const org = await createOrg();
  const before = asked.length;
  expect((await comeBack(org.owner, { code: "good-2", state: "x".repeat(43) })).status).toBe(404);
  expect((await comeBack(org.owner, { code: "../../x", state: "x".repeat(43) })).status).toBe(404);
  const { state } = await begin(org);
  const other = await createTestMember(runtime, org, "admin");
  expect((await comeBack(other, { code: "good-2", state })).status).toBe(403);
  expect(
    (await fetch(`${address}/webhooks/github-app/callback?code=good-2&state=${state}`, { redirect: "manual" })).status,
  ).toBe(401);
  await db.execute(
    sql`update github_app_requests set expires_at = now() - interval '1 second' where org_id = ${org.orgId}`,
  );
  expect(await comeBack(org.owner, { code: "good-2", state })).toMatchObject({
    to: expect.stringContaining("app=conflict"),
  });
  expect(asked.length).toBe(before);
});

test("a code that GitHub does not take, or an answer that is no App, is said and leaves nothing behind", async () => {
  const org = await createOrg();
  for (const [code, outcome] of [
    ["bad", "conflict"],
    ["odd", "unavailable"],
  ] as const) {
    const { state } = await begin(org);
    expect(await comeBack(org.owner, { code, state })).toMatchObject({ to: expect.stringContaining(`app=${outcome}`) });
  }
  expect((await run(listGithubApps, org.owner, {})).githubApps).toEqual([]);
});

test("its deliveries come to the organization that made it, by the one address of all Apps", async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const [app, theirs] = [await makeApp(org, "good-2"), await makeApp(other, "good-3")];
  const sender = { url: `${address}/webhooks/github-app/receive`, secret: "webhook-secret-4002" };
  const account = { login: "acme" };
  const repositories = [
    { id: 1, full_name: "acme/shop" },
    { id: 2, full_name: "acme/site" },
  ];
  const send = async (event: string, payload: unknown, appId = 4002) => {
    const response = await sendAsGithub(sender, { event, payload, appId });
    await settle(org);
    return response.status;
  };
  expect(await send("ping", { zen: "x" })).toBe(202);
  expect(await send("installation", { action: "created", installation: { id: 77, account }, repositories })).toBe(202);
  expect(
    await send("installation_repositories", {
      action: "removed",
      installation: { id: 77, account },
      repositories_added: [{ id: 3, full_name: "acme/api" }],
      repositories_removed: [{ id: 2, full_name: "acme/site" }],
    }),
  ).toBe(202);
  const issue = {
    id: 1,
    number: 1,
    title: "From the App",
    body: "",
    state: "open",
    html_url: "https://github.com/acme/shop/issues/1",
    updated_at: "2026-01-01T00:00:00Z",
    labels: [],
  };
  const repository = { html_url: "https://github.com/acme/shop", full_name: "acme/shop" };
  expect(await send("issues", { action: "opened", issue, repository, installation: { id: 77 } })).toBe(202);
  expect(await send("issues", { action: "opened", issue, repository }, 4003), "signed with another App's secret").toBe(
    401,
  );
  expect(
    (await sendAsGithub({ ...sender, url: `${address}/webhooks/${app.id}/receive` }, { event: "ping", payload: {} }))
      .status,
  ).toBe(401);
  expect((await run(listGithubApps, org.owner, {})).githubApps[0]?.installations).toMatchObject([
    {
      installationId: 77,
      account: "acme",
      status: "active",
      repositories: ["acme/api", "acme/shop"],
      repositoryCount: 2,
    },
  ]);
  expect((await tasksOf(org)).map(({ title }) => title)).toEqual(["From the App"]);
  expect(await tasksOf(other)).toEqual([]);
  expect(await send("installation", { action: "deleted", installation: { id: 77, account } })).toBe(202);
  expect((await run(listGithubApps, org.owner, {})).githubApps[0]?.installations).toMatchObject([
    { status: "removed", repositoryCount: 0 },
  ]);
  expect((await log(org)).every(({ status }) => status === "processed")).toBe(true);
  await expect(run(deleteWebhook, org.owner, { webhookId: app.id }), "its secrets would stay").rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("remove_github_app"),
  });
  await run(removeGithubApp, org.owner, { githubAppId: app.id });
  expect(await send("ping", {})).toBe(401);
  expect((await run(listGithubApps, other.owner, {})).githubApps.map(({ id }) => id)).toEqual([theirs.id]);
});

test("what is known of Apps and installations is the fold of the events", async () => {
  const { tables } = await compareWithFold(shop.url);
  const ours = tables.filter(({ table }) => /^(webhooks|github_|tasks)/.test(table));
  expect(ours.every(({ onlyInTable, onlyInFold }) => onlyInTable === 0 && onlyInFold === 0)).toBe(true);
  expect(ours.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(5);
});
