import { call } from "./handed-in.ts";
import { openModelStandIn } from "./model-stand-in.ts";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

const key = `sk-ant-walk-${Date.now()}`;

test("a key that is refused is not saved; with one that works, a plan of eight tasks is carried out by agents of models to done, and the money is told", async ({
  page,
}) => {
  test.setTimeout(120_000); // Some thirty turns of agents, one after the other where they depend on each other.
  const provider = await openModelStandIn(key);
  try {
    await enterAsOwner(page);
    const { team } = await call(page, "create_team", { name: `Models ${Date.now()}` });
    const org = new URL(page.url()).pathname.split("/")[2] ?? "";
    await page.goto(`/o/${org}/settings/models?team=${team.id}`);
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

    await page.goto(`/o/${org}/t/${team.id}/agents`);
    await isLive(page);
    for (const name of ["ada", "bo"]) {
      await page.getByRole("button", { name: "Add agent" }).first().click();
      await dialog.getByLabel("Name").fill(name);
      await dialog.getByRole("combobox", { name: "Runtime" }).click();
      await page.getByRole("option", { name: "Model", exact: true }).click();
      await dialog.getByRole("button", { name: "Add agent" }).click();
      await expect(dialog).toBeHidden();
      await page.keyboard.press("Escape");
    }

    const { plan } = await call(page, "create_plan", {
      teamId: team.id,
      requirements: "Visitors leave their address for the newsletter. Each gets a mail to confirm it.",
      template: "feature",
    });
    const planId = plan.id;
    const approved = await call(page, "approve_plan", { planId, version: 1 });
    expect(approved.tasks.length).toBeGreaterThanOrEqual(8);
    const read = async () => (await call(page, "get_plan", { planId })).plan;
    await expect.poll(async () => (await read()).status, { timeout: 90_000, intervals: [1_000] }).toBe("completed");
    expect((await read()).done).toBe(approved.tasks.length);

    const [first] = approved.tasks;
    await page.goto(`/o/${org}/tasks/${first.number}?tab=checks`);
    await expect(page.getByRole("listitem", { name: "Check 1" })).toContainText("Passed");
    await page.goto(`/o/${org}/settings/models?team=${team.id}`);
    await expect(page.getByRole("heading", { name: /saved this month$/ })).toBeVisible();
  } finally {
    await provider.close();
  }
});
