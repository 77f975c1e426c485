import type { Page } from "@playwright/test";
import { call } from "./handed-in.ts";
import { openModelStandIn, steps, wish } from "./model-stand-in.ts";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

const key = `sk-ant-walk-${Date.now()}`;
const orgOf = (page: Page) => new URL(page.url()).pathname.split("/")[2] ?? "";

// Other walks begin without a key, as a new installation does.
test.afterEach(async ({ page }) => {
  for (const { id } of (await call(page, "list_credentials", {})).credentials)
    await call(page, "remove_credential", { credentialId: id });
});

test("a key that the provider refuses is not saved; one that it takes shows at once what can be called, and never itself", async ({
  page,
}) => {
  const provider = await openModelStandIn(key);
  try {
    await enterAsOwner(page);
    await page.goto(`/o/${orgOf(page)}/settings/models`);
    await isLive(page);
    await page.keyboard.press("c");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Key").fill("sk-ant-wrong");
    await dialog.getByLabel("Address").fill(provider.baseUrl);
    await dialog.getByRole("button", { name: "Test and save" }).click();
    await expect(dialog.getByRole("alert")).toContainText("invalid x-api-key");
    expect((await call(page, "list_credentials", {})).credentials).toEqual([]);

    await dialog.getByLabel("Key").fill(key);
    await dialog.getByRole("button", { name: "Test and save" }).click();
    const row = page.getByRole("listitem", { name: "anthropic" });
    await expect(row.getByText("Working")).toBeVisible();
    await expect(row).toContainText(`…${key.slice(-4)}`);
    await expect(page.locator("body")).not.toContainText(key);
    const small = page.getByRole("list", { name: "Models of Small" });
    await expect(small.getByRole("listitem").filter({ hasText: "taken now" })).toContainText("claude-haiku-5-5");
  } finally {
    await provider.close();
  }
});

test("with a key, a model writes a plan of eight tasks from a sentence, agents of models carry it out to done, checked, and its cost is told", async ({
  page,
}) => {
  test.setTimeout(120_000); // Ten tasks in a row where they wait for each other, each with a check.
  const provider = await openModelStandIn(key);
  try {
    await enterAsOwner(page);
    const { baseUrl } = provider;
    await call(page, "save_credential", { api: "anthropic", provider: "anthropic", baseUrl, key });
    const { team } = await call(page, "create_team", { name: `Models ${Date.now()}` });
    await page.goto(`/o/${orgOf(page)}/t/${team.id}/agents`);
    await isLive(page);
    await page.getByRole("button", { name: "Add agent" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("ada");
    await dialog.getByRole("combobox", { name: "Runtime" }).click();
    await page.getByRole("option", { name: "Model", exact: true }).click();
    await dialog.getByRole("button", { name: "Add agent" }).click();
    await expect(page.getByRole("complementary", { name: "ada" })).toContainText("As the team's table routes");

    await page.goto(`/o/${orgOf(page)}/t/${team.id}/plans`);
    await isLive(page);
    await page.getByLabel("What do you want?").fill(wish);
    await page.getByRole("combobox", { name: "Written by" }).click();
    await page.getByRole("option", { name: /model/i }).click();
    await page.getByRole("button", { name: "Make a plan" }).click();
    await expect(page).toHaveURL(/\/plans\/[0-9a-f-]{36}/);
    const planId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const rows = page.getByRole("table", { name: "Tasks of the plan" }).locator("tbody tr");
    await expect(rows).toHaveCount(steps.length, { timeout: 20_000 });
    await expect(rows.first()).toContainText(steps[0] ?? "");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    const read = async () => (await call(page, "get_plan", { planId })).plan;
    await expect.poll(async () => (await read()).status, { timeout: 90_000, intervals: [500] }).toBe("completed");
    // Once written, then each task done and checked: nothing was called twice, and nothing is missing in the ledger.
    expect(await read()).toMatchObject({ done: steps.length });

    const { tasks } = await call(page, "list_tasks", { teamId: team.id });
    await page.goto(`/o/${orgOf(page)}/tasks/${tasks[0].number}?tab=checks`);
    await expect(page.getByRole("listitem", { name: "Check 1" })).toContainText("Passed");
    await page.goto(`/o/${orgOf(page)}/settings/models?team=${team.id}`);
    await expect(page.getByRole("heading", { name: /saved this month$/ })).toBeVisible();
  } finally {
    await provider.close();
  }
});
