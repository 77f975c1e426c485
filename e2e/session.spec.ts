import { addressOf, call, enter, found, isLive, openBy, owner, visit } from "./session.ts";
import { expect, test } from "./test.ts";

test("a session that ended leads to the sign-in page and back to the same page, with what was being written", async ({
  page,
  context,
}) => {
  await enter(page, "team/board");
  const dialog = page.getByRole("dialog");
  await openBy(page, "c", dialog);
  await dialog.getByLabel("Title").fill("A task in the making");
  await dialog.getByLabel("Description").fill("Half a thought");
  const path = new URL(page.url()).pathname;
  await context.clearCookies();
  await dialog.getByRole("button", { name: "Create task" }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await isLive(page);
  await openBy(page, "c", dialog);
  await expect(dialog.getByLabel("Title")).toHaveValue("A task in the making");
  await expect(dialog.getByLabel("Description")).toHaveValue("Half a thought");
  await dialog.getByRole("button", { name: "Create task" }).click();
  await expect(dialog).toBeHidden();
  await openBy(page, "c", dialog);
  await expect(dialog.getByLabel("Title")).toHaveValue("");
});

test("one answer of 401 is asked again, and nobody notices", async ({ page }) => {
  await enter(page, "settings/api-keys");
  let refused = 0;
  // The list with ended keys alone: the page's own first questions may still be under way, and several go in one request.
  const asksForEnded = (address: string) =>
    /\/api\/trpc\/[^?]*apiKeys\.list.*"ended":true/.test(decodeURIComponent(address));
  const renewed = page.waitForResponse("**/api/auth/session");
  const again = page.waitForResponse((response) => asksForEnded(response.url()) && response.ok());
  await page.route(
    ({ href }) => asksForEnded(href),
    async (route) => {
      if (refused > 0) return route.continue();
      refused++;
      await route.fulfill({ status: 401, contentType: "application/json", body: "[]" });
    },
  );
  await page.getByText("Also show revoked and expired keys").click();
  await renewed;
  await again;
  expect(refused).toBe(1);
  await expect(page).not.toHaveURL(/sign-in/);
});

test("a page asked for without a session comes after signing in", async ({ page, context }) => {
  const { org } = await found(page);
  await context.clearCookies();
  await page.goto(`/o/${org}/settings/api-keys?ended=true`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/o/${org}/settings/api-keys\\?ended=true$`));
});

test("a forgotten password: the link of an admin sets a new one, once", async ({ page, browser }) => {
  const origin = addressOf(page);
  const { org } = await found(page);
  const { link } = await call(page, "invite_member", { role: "viewer" });
  const email = `vera-${Date.now()}@example.org`;
  const invitation = new URL(link).pathname.split("/").at(-1);
  const made = await fetch(`${origin}/api/auth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Vera", email, password: "forgotten soon", invitation }),
  });
  expect(made.status).toBe(201);

  await visit(page, "settings/members");
  const row = page.getByRole("row", { name: new RegExp(email) });
  await row.getByRole("button", { name: "Actions of Vera" }).click();
  await page.getByRole("menuitem", { name: "Make a password link…" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const shown = await page
    .getByRole("dialog")
    .getByText(/\/reset\/pr_/)
    .innerText();
  const hers = await browser.newPage({ baseURL: origin });
  const path = /\/reset\/pr_\w+/.exec(shown)?.[0] ?? "";
  await hers.goto(path);
  await hers.getByLabel("Password", { exact: true }).fill("remembered for ever");
  await hers.getByRole("button", { name: "Set the password" }).click();
  await expect(hers).toHaveURL(new RegExp(`/o/${org}`));
  await hers.goto(path);
  await expect(hers.getByRole("heading", { name: "This link does not work" })).toBeVisible();
  await hers.close();
});

test("a key is replaced: the new one is shown once, the old one says when it ends", async ({ page }) => {
  await enter(page, "settings/api-keys");
  const name = `server ${Date.now()}`;
  const dialog = page.getByRole("dialog");
  await openBy(page, "c", dialog);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await dialog.getByRole("button", { name: "I have copied the key" }).click();
  await page.getByRole("button", { name: `Replace ${name}` }).click();
  await dialog.getByRole("button", { name: "Replace key" }).click();
  await expect(dialog.getByText("Copy the key now.")).toBeVisible();
  await dialog.getByRole("button", { name: "I have copied the key" }).click();
  const rows = page.getByRole("row", { name: new RegExp(name) });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "Replaced" })).toHaveCount(1);
});

test("the front door leads to the team that was looked at last", async ({ page }) => {
  const { org } = await found(page);
  const { team } = await call(page, "create_team", { name: `Last ${Date.now()}` });
  await visit(page, `t/${team.id}/board`);
  await page.goto("/");
  await expect(page).toHaveURL(/\/inbox/);
  await expect(page.getByRole("link", { name: "Board" }).first()).toHaveAttribute(
    "href",
    `/o/${org}/t/${team.id}/board`,
  );
});
