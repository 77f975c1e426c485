import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "@playwright/test";
import type Axe from "axe-core";
import { handIn } from "./handed-in.ts";
import { call, enter, found, homeOf, isLive, openBy, visit } from "./session.ts";
import { expect, test } from "./test.ts";

test("a key is made, shown once, copied as a ready line, and lets an agent in", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(page, "settings/api-keys");
  const name = `laptop ${Date.now()}`;
  const dialog = page.getByRole("dialog");
  await openBy(page, "c", dialog);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("Copy the key now.")).toBeVisible();
  await dialog.getByRole("button", { name: "Copy Terminal" }).click();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  expect(line).toMatch(
    /^claude mcp add --transport http entourage http\S+\/mcp --header "Authorization: Bearer oc_\S+"$/,
  );

  const [, key = ""] = /Bearer (oc_[^"]+)/.exec(line) ?? [];
  const answer = await fetch(new URL("/api/v1/get_org", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(200);

  await dialog.getByRole("button", { name: "I have copied the key" }).click();
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText(key.slice(-4));
  await expect(page.locator("body")).not.toContainText(key);

  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(row).toBeHidden();
});

test("an agent is added and connected in one go, paused, resumed and archived", async ({ page }) => {
  await enter(page, "team/agents");
  const name = `rio ${Date.now()}`;
  await page.getByRole("button", { name: "Add agent" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Add agent" }).click();
  await expect(dialog.getByText("Copy the key now.")).toBeVisible();
  await dialog.getByRole("tab", { name: "Cursor" }).click();
  await expect(dialog.getByRole("link", { name: "Add to Cursor" })).toHaveAttribute("href", /^cursor:\/\//);
  await dialog.getByRole("button", { name: "I have copied the key" }).click();
  await expect(page.getByRole("complementary", { name })).toBeVisible();
  await page.keyboard.press("Escape");

  const row = page.getByRole("list", { name: "Agents" }).getByRole("listitem").filter({ hasText: name });
  const act = async (item: string) => {
    await row.getByRole("button", { name: `Actions of ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await act("Pause…");
  await page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
  await expect(row.getByText("Paused", { exact: true })).toBeVisible();
  await act("Resume");
  await expect(row.getByText("Paused", { exact: true })).toBeHidden();
  await act("Archive…");
  await page.getByRole("button", { name: "Archive agent" }).click();
  await expect(row).toBeHidden();
});

test("a person joins by a link, gets another role, and is out by itself when deactivated", async ({
  page,
  browser,
}) => {
  const { org } = await enter(page, "settings/members");
  const link = await invite(page);
  const name = `Grace ${Date.now()}`;
  const grace = await join(browser, link, name);

  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toBeVisible();
  await row.getByRole("combobox", { name: `Role of ${name}` }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  await expect(page.getByText(`${name} is a viewer now`)).toBeVisible();
  await grace.goto(new URL(`/o/${org}/settings/api-keys`, page.url()).href);
  await expect(grace.getByText("Only admins and owners can see and make API keys")).toBeVisible();

  await row.getByRole("button", { name: `Actions of ${name}` }).click();
  await page.getByRole("menuitem", { name: "Deactivate…" }).click();
  await page.getByRole("button", { name: "Deactivate member" }).click();
  await expect(row.getByText("Deactivated")).toBeVisible();
  // Their page leaves the organization by itself, and nothing of it is answered any more.
  await expect(grace).toHaveURL(/\/(welcome|sign-in)$/);
  expect((await grace.goto(page.url()))?.status()).toBe(404);
  await grace.context().close();
});

const looked = {
  "of a team's rooms": [
    ...["inbox", "inbox?view=answered", "reports", "team/plans", "team/sessions", "team/agents", "team/messages"],
    ...["team/repos", "team/queue", "team/costs", "team/activity"],
    ...["channels", "channels/system.timer.second", "channels/public.access?view=figures"],
  ],
  "of what is set for the organization": [
    ...[
      "organization",
      "members",
      "teams",
      "audit",
      "models",
      "tools",
      "knowledge",
      "resources",
      "api-keys",
      "connect",
    ],
  ].map((name) => `settings/${name}`),
  "of what is set besides": [
    ...["profile", "budgets", "prices", "webhooks", "realtime", "quotas", "templates", "schedules", "policies"],
    ...["sandboxes", "preferences"],
  ].map((name) => `settings/${name}`),
};

for (const [which, rooms] of Object.entries(looked))
  test(`no page ${which} keeps anybody out, in both themes`, async ({ page }) => {
    test.setTimeout(240_000); // A dozen pages, each looked at twice.
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await found(page);
    await fill(page);
    for (const room of rooms) {
      await page.emulateMedia({ colorScheme: "light" });
      await visit(page, room);
      await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
      await page.evaluate(axe);
      expect([room, "light", await violations(page)]).toEqual([room, "light", []]);
      // The page follows the system at once; all that changes with it is colour.
      await page.emulateMedia({ colorScheme: "dark" });
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      expect([room, "dark", await violations(page, "color-contrast")]).toEqual([room, "dark", []]);
    }
  });

/** An empty room shows little: work that was handed in, a question, money spent, and something of all that is set. */
async function fill(page: Page): Promise<void> {
  const { teamId } = homeOf(page);
  const { agent } = await call(page, "create_agent", { teamId, name: "mia" });
  const { key } = await call(page, "create_api_key", { name: "laptop", agentId: agent.id });
  const { task } = await call(page, "create_task", { teamId, title: "Paint the fence", priority: "critical" });
  await call(page, "claim_task", { task: task.id }, key);
  const { session } = await call(page, "start_session", { task: task.id, model: "claude-sonnet-4-5" }, key);
  await call(page, "record_usage", { sessionId: session.id, inputTokens: 1_000, outputTokens: 80_000 }, key);
  const options = ["Blue", "Green"].map((label) => ({ value: label.toLowerCase(), label }));
  const ask = (title: string) => call(page, "ask_human", { title, options, blocks: false, timeoutSeconds: 0 }, key);
  const { request } = await ask("Which colour?");
  await call(page, "respond_to_request", { request, answer: "blue" });
  await ask("Which brush?");
  await call(page, "send_message", { task: task.id, body: "Twice, **please**." });
  await call(page, "publish", { channel: "public.access", payload: { door: "open" } });
  await call(page, "create_webhook", { teamId, provider: "generic", name: "door" });
  await call(page, "set_budget", { teamId, period: "life", capMicros: 50_000_000 });
  await call(page, "set_price", {
    provider: "ours",
    model: "own-model",
    inputMicros: 2_500_000,
    outputMicros: 5_000_000,
  });
  await call(page, "add_document", { title: "Fences", body: "Fences are painted twice.", teamId });
  await handIn(page, "Greet");
}

/** What the axe in the page finds, by all of its rules or one. */
function violations(page: Page, rule?: string): Promise<unknown[]> {
  return page.evaluate(async (only) => {
    const axe = Reflect.get(window, "axe") as typeof Axe;
    const found = await axe.run(document, {
      resultTypes: ["violations"], // To describe all that is well takes as long as to find what is not.
      ...(only && { runOnly: { type: "rule", values: [only] } }),
    });
    return found.violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
  }, rule);
}

test("a table that is wider than a phone says that it goes on, until one has seen its end", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, "settings/prices");
  const hint = page.locator("[data-scroll-hint]").first();
  await expect(hint).toBeVisible();
  await page
    .getByRole("table")
    .first()
    .evaluate((table) => table.parentElement?.scrollTo({ left: 10_000 }));
  await expect(hint).toBeHidden();
});

async function invite(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Invite a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox").first().check();
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByText(/\/invite\//).innerText();
  await dialog.getByRole("button", { name: "I have copied the link" }).click();
  return link.trim();
}

async function join(browser: Browser, link: string, name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(link);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(`${name.toLowerCase().replaceAll(" ", ".")}@example.org`);
  await page.getByLabel("Password", { exact: true }).fill("another long pass phrase");
  await page.getByRole("button", { name: "Create account and join" }).click();
  await isLive(page);
  return page;
}
