import { openModelLab } from "../server/llm/test/model-lab.ts";
import { titled } from "./handed-in.ts";
import { gapStep, openCrew, question, steps, wish } from "./model-crew.ts";
import { call, enter, found, isLive, openBy } from "./session.ts";
import { expect, test } from "./test.ts";

const key = `sk-ant-walk-${Date.now()}`;

test("a key that the provider refuses is not saved; one that it takes shows at once what can be called, and never itself", async ({
  page,
}) => {
  const provider = await openModelLab();
  provider.refuseKeys("sk-ant-wrong");
  try {
    await enter(page, "settings/models");
    const dialog = page.getByRole("dialog");
    await openBy(page, "c", dialog);
    await dialog.getByLabel("Key").fill("sk-ant-wrong");
    await dialog.getByLabel("Address").fill(provider.urls.anthropic);
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

test("a sentence becomes a plan that models of three APIs carry out: with tools, a gap mended, a question answered, a cap raised, and every micro-dollar told", async ({
  page,
}) => {
  test.setTimeout(240_000); // Eight tasks in a row where they wait for each other, each with a check.
  const crew = await openCrew();
  try {
    const { org } = await found(page);
    const { team } = await call(page, "create_team", { name: `Models ${Date.now()}` });
    for (const credential of crew.credentials) await call(page, "save_credential", credential);
    const { routing } = await call(page, "get_model_routing", { teamId: team.id });
    const routed = { teamId: team.id, tiers: crew.tiers, routes: routing.routes, version: routing.version };
    await call(page, "set_model_routing", routed);
    await call(page, "create_agent", { teamId: team.id, name: "grace", runtime: "model" });
    await page.goto(`/o/${org}/t/${team.id}/agents`);
    await isLive(page);
    await page.getByRole("button", { name: "Add agent" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("ada");
    await dialog.getByRole("combobox", { name: "Runtime" }).click();
    await page.getByRole("option", { name: "Model", exact: true }).click();
    await dialog.getByRole("button", { name: "Add agent" }).click();
    await expect(page.getByRole("complementary", { name: "ada" })).toContainText("As the team's table routes");

    await page.goto(`/o/${org}/t/${team.id}/plans`);
    await isLive(page);
    await page.getByLabel("What do you want?").fill(wish);
    await page.getByRole("combobox", { name: "Written by" }).click();
    await page.getByRole("option", { name: /model/i }).click();
    await page.getByRole("button", { name: "Make a plan" }).click();
    await expect(page).toHaveURL(/\/plans\/[0-9a-f-]{36}/);
    const planId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const rows = page.getByRole("table", { name: "Tasks of the plan" }).locator("tbody tr");
    await expect(rows).toHaveCount(steps.length, { timeout: 60_000 });
    await expect(rows.first()).toContainText(steps[0] ?? "");
    // Enough for what is free or small; the first call of a medium model does not fit under it.
    await call(page, "set_budget", { teamId: team.id, period: "life", capMicros: 50_000 });
    await page.getByRole("button", { name: "Approve", exact: true }).click();

    const toInbox = page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: /Inbox/ });
    // The cap is hit: people are asked, and raise it.
    const waiting = page.getByRole("list", { name: "What waits for a person" });
    await toInbox.click();
    await expect(waiting.getByRole("listitem").filter({ hasText: "Raise the budget" })).toBeVisible({
      timeout: 60_000,
    });
    const medium = () => crew.reported.filter(({ model }) => model === "claude-sonnet-5-5").length;
    expect(medium()).toBe(1); // The plan was written by it, before there was a cap.
    await page.goto(`/o/${org}/settings/budgets`);
    await isLive(page);
    await page.getByRole("button", { name: new RegExp(`^Change the budget of ${team.name} (?!today)`) }).click();
    await dialog.getByLabel(/Cap in dollars/).fill("20");
    await dialog.getByRole("button", { name: "Change budget" }).click();
    await expect(dialog).toBeHidden();

    await page.goto(`/o/${org}/t/${team.id}/plans/${planId}`);
    await isLive(page);
    await toInbox.click();
    await waiting.getByRole("listitem").filter({ hasText: question }).getByRole("button").click({ timeout: 60_000 });
    await expect(page.getByRole("complementary", { name: question })).toBeVisible();
    await page.keyboard.press("2");
    const read = async () => (await call(page, "get_plan", { planId })).plan;
    await expect.poll(async () => (await read()).status, { timeout: 90_000, intervals: [500] }).toBe("completed");

    // Once written, then each task done and checked: nothing was called twice, and nothing is missing in the ledger.
    expect(await read()).toMatchObject({ done: steps.length });
    const { total } = await call(page, "get_cost_summary", { teamId: team.id });
    expect(total).toMatchObject(crew.used((await call(page, "list_prices", {})).prices));
    expect(new Set(crew.reported.map(({ api }) => api)).size).toBe(3);
    expect(crew.answers()).toEqual({
      question: "green",
      gap: "Nobody can unsubscribe.",
      lookedUp: "Nothing was found",
    });

    const { tasks } = titled.parse(await call(page, "list_tasks", { teamId: team.id }));
    const mended = tasks.find(({ title }) => title === gapStep)?.number;
    await page.goto(`/o/${org}/tasks/${mended}?tab=checks`);
    await expect(page.getByRole("listitem", { name: "Check 1" })).toContainText("Nobody can unsubscribe.");
    await expect(page.getByRole("listitem", { name: "Check 2" })).toContainText("Passed");
    await page.goto(`/o/${org}/settings/models?team=${team.id}`);
    await expect(page.getByRole("heading", { name: /saved this month$/ })).toBeVisible();
  } finally {
    await crew.close();
  }
});
