import { call } from "./handed-in.ts";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

test("a sentence becomes a plan, one task is edited, Approve puts them on the board, and they move as agents take them", async ({
  page,
}) => {
  await enterAsOwner(page);
  const { team } = await call(page, "create_team", { name: `Planners ${Date.now()}` });
  const { agent } = await call(page, "create_agent", { teamId: team.id, name: `planner-${Date.now()}` });
  const { key } = await call(page, "create_api_key", { name: "Walk", agentId: agent.id });
  await page.goto(page.url().replace(/\/t\/[^/]+\/.*/, `/t/${team.id}/plans`));
  await isLive(page);
  await page.getByLabel("What do you want?").fill("Users can export their invoices as CSV. The export can be stopped.");
  await page.getByRole("button", { name: "Make a plan" }).click();
  await expect(page).toHaveURL(/\/plans\/[0-9a-f-]{36}/);
  await expect(page.getByText(/done by/)).toBeVisible();
  const rows = page.getByRole("table", { name: "Tasks of the plan" }).locator("tbody tr");
  const count = await rows.count();
  expect(count).toBeGreaterThanOrEqual(8);
  await rows.first().click();
  const fields = page.getByRole("complementary", { name: /^Task / });
  await fields.getByLabel("Title").fill("Look around first");
  await fields.getByRole("button", { name: "Save" }).click();
  await expect(rows.first()).toContainText("Look around first");
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByText(`Approved: ${count} tasks are on the board`)).toBeVisible();
  await expect(rows).toHaveCount(count);
  await expect(rows.first()).toContainText("ready");
  const { work } = await call(page, "wait_for_work", {}, key);
  expect(work.task.title).toBe("Look around first");
  // Nobody reloads: the page hears of it.
  await expect(rows.first()).toContainText("In progress");
  await expect(rows.first()).toContainText(agent.name);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(page.getByRole("button", { name: "Resume", exact: true })).toBeVisible();
});
