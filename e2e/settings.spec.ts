import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "@playwright/test";
import type Axe from "axe-core";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

test.beforeEach(async ({ page }) => enterAsOwner(page));

const orgOf = (page: Page) => new URL(page.url()).pathname.split("/")[2] ?? "";
const settings = (page: Page, name: string) => `/o/${orgOf(page)}/settings/${name}`;
const room = (page: Page, name: string) => page.url().replace(/board.*$/, name);

test("a key is made, shown once, copied as a ready line, and lets an agent in", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(settings(page, "api-keys"));
  await isLive(page);
  const name = `laptop ${Date.now()}`;
  const dialog = page.getByRole("dialog");
  // The list may still be on its way, and its keys with it.
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(dialog).toBeVisible({ timeout: 1_000 });
  }).toPass();
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
  await page.goto(room(page, "agents"));
  await isLive(page);
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

test("a person joins by a link, gets another role, and is out within five seconds of being deactivated", async ({
  page,
  browser,
}) => {
  await page.goto(settings(page, "members"));
  await isLive(page);
  const link = await invite(page);
  const name = `Grace ${Date.now()}`;
  const grace = await join(browser, link, name);

  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toBeVisible();
  await row.getByRole("combobox", { name: `Role of ${name}` }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  await expect(page.getByText(`${name} is a viewer now`)).toBeVisible();
  await grace.goto(new URL(settings(page, "api-keys"), page.url()).href);
  await expect(grace.getByText("Only admins and owners can see and make API keys")).toBeVisible();

  await row.getByRole("button", { name: `Actions of ${name}` }).click();
  await page.getByRole("menuitem", { name: "Deactivate…" }).click();
  await page.getByRole("button", { name: "Deactivate member" }).click();
  await expect(row.getByText("Deactivated")).toBeVisible();
  // Their page leaves the organization by itself, and nothing of it is answered any more.
  await expect(grace).toHaveURL(/\/(welcome|sign-in)$/, { timeout: 5_000 });
  expect((await grace.goto(new URL(settings(page, "members"), page.url()).href))?.status()).toBe(404);
  await grace.context().close();
});

test("no page of the settings or of a team's rooms keeps anybody out, in both themes", async ({ page }) => {
  test.setTimeout(240_000); // Thirty-odd pages, each looked at twice.
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const inTeam = ["plans", "sessions", "agents", "messages", "repos", "queue", "costs", "activity"].map((each) =>
    room(page, each),
  );
  const channels = ["", "/system.timer.second", "/public.access?view=figures"].map(
    (each) => `/o/${orgOf(page)}/channels${each}`,
  );
  const rooms = [
    `/o/${orgOf(page)}/inbox`,
    `/o/${orgOf(page)}/inbox?view=answered`,
    `/o/${orgOf(page)}/reports`,
    ...inTeam,
    ...channels,
  ];
  const pages = [
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
    "profile",
    "budgets",
    "prices",
    "webhooks",
    "realtime",
    "quotas",
    "templates",
    "schedules",
    "policies",
    "sandboxes",
    "preferences",
  ];
  for (const address of [...rooms, ...pages.map((each) => settings(page, each))]) {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(address);
    await isLive(page);
    await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
    await page.evaluate(axe);
    expect([address, "light", await violations(page)]).toEqual([address, "light", []]);
    // The page follows the system at once; all that changes with it is colour.
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    expect([address, "dark", await violations(page, "color-contrast")]).toEqual([address, "dark", []]);
  }
});

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
  await page.goto(settings(page, "prices"));
  await isLive(page);
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
