import { createTasks, found, visit } from "./session.ts";
import { expect, test } from "./test.ts";

test.beforeEach(async ({ page }) => void (await found(page)));

test("title and description are changed where they stand", async ({ page }) => {
  const stamp = Date.now();
  const [number] = await createTasks(page, [{ title: `Before ${stamp}` }]);
  await visit(page, `tasks/${number}`);
  await page.getByRole("button", { name: `Before ${stamp}` }).click();
  await page.getByLabel("Title").fill(`After ${stamp}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: `After ${stamp}` })).toBeVisible();

  await page.getByRole("button", { name: "Edit the description" }).click();
  await page.getByLabel("Description, in Markdown").fill("It is **done** when it is done.");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("strong", { hasText: "done" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: `After ${stamp}` })).toBeVisible();
});

test("a dependency that would close a circle is refused, naming the path", async ({ page }) => {
  const stamp = Date.now();
  const [first] = await createTasks(page, [{ title: `Circle one ${stamp}` }]);
  const [second] = await createTasks(page, [{ title: `Circle two ${stamp}`, dependsOn: [`#${first}`] }]);
  await visit(page, `tasks/${first}`);
  await page.getByRole("region", { name: "Waits for" }).getByRole("button", { name: "Add" }).click();
  await page.getByPlaceholder("Words or a number").fill(`Circle two ${stamp}`);
  await page.getByRole("option", { name: `Circle two ${stamp}` }).click();
  const refusal = page.getByRole("region", { name: "Waits for" }).getByRole("alert");
  await expect(refusal).toContainText(`#${first}`);
  await expect(refusal).toContainText(`#${second}`);
});

test("what is written stands in the conversation, and what happened beside it", async ({ page }) => {
  const [number] = await createTasks(page, [{ title: `Talked about ${Date.now()}` }]);
  await visit(page, `tasks/${number}`);
  await page.getByLabel(`Message about #${number}`).fill("Please keep the old name.");
  await page.keyboard.press("Control+Enter");
  const activity = page.getByRole("region", { name: "Activity" });
  await expect(activity.getByText("Please keep the old name.")).toBeVisible();
  await expect(activity.getByText(/created/)).toBeVisible();
  await expect(page.getByLabel(`Message about #${number}`)).toHaveValue("");
});
