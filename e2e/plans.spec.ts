import { titled } from "./handed-in.ts";
import { call, enter } from "./session.ts";
import { expect, test } from "./test.ts";

const plenty = { timeout: 90_000 };

test("with no key at all: a sentence becomes a plan of eight tasks and more, is edited, approved, and carried out to done", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const { teamId } = await enter(page, "team/plans");
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
  await page.getByRole("button", { name: "Approve, run with the sample crew" }).click();
  await expect(page.getByText(`Approved: ${count} tasks are on the board`)).toBeVisible();
  await expect(rows).toHaveCount(count);
  // Nobody reloads: the page hears of it.
  await expect(rows.first()).toContainText("Done", plenty);
  await expect(rows.first()).toContainText("sample-");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible(plenty);
  await expect(rows.filter({ hasText: "Done" })).toHaveCount(count);

  // What was merged says of itself that it is a demonstration.
  const { repos } = await call(page, "list_repos", { teamId });
  const { tasks } = titled.parse(await call(page, "list_tasks", { teamId }));
  const number = tasks.find(({ title }) => title === "Look around first")?.number;
  const path = `notes/${number}-look-around-first.md`;
  const { text } = await call(page, "read_file", { repoId: repos[0].id, path });
  expect(text).toContain("Nothing was built and nothing was checked");
  expect(text).toContain("- [ ] The files that change are named");
});
