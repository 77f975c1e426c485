import { call } from "./handed-in.ts";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

test("a session is begun by keys alone in a copy of a repository; beside it a file is written and committed", async ({
  page,
}) => {
  await enterAsOwner(page);
  const stamp = Date.now();
  const { team } = await call(page, "create_team", { name: `Sessions ${stamp}` });
  const { repo } = await call(page, "register_repo", { teamId: team.id, name: `shop-${stamp}` });
  await expect
    .poll(async () => (await call(page, "get_repo", { repoId: repo.id })).repo.status, { timeout: 20_000 })
    .toBe("ready");
  await page.goto(page.url().replace(/\/t\/.*$/, `/t/${team.id}/sessions`));
  await isLive(page);
  const dialog = page.getByRole("dialog", { name: "New session" });
  // The page may not hear keys yet.
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(dialog).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(dialog.getByText(`New copy of shop-${stamp}`)).toBeVisible();
  await dialog.getByLabel("What should it do?").fill("Write down how to use it");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { name: "Write down how to use it" })).toBeVisible();

  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "New file" }).click({ timeout: 30_000 });
  const naming = page.getByRole("dialog", { name: "New file" });
  await naming.getByLabel("Path").fill("docs/usage.md");
  await naming.getByRole("button", { name: "Create file" }).click();
  const editor = page.getByRole("textbox", { name: "docs/usage.md" });
  await editor.click();
  await page.keyboard.type("Press the button.");
  await expect(page.getByText("Not saved")).toBeVisible();
  await page.keyboard.press("Control+s");
  await expect(page.getByText("Not saved")).toBeHidden();

  await page.getByRole("tab", { name: "Changes" }).click();
  await expect(
    page.getByRole("region", { name: "Changed files" }).getByText("docs/usage.md", { exact: true }),
  ).toBeVisible({
    timeout: 15_000,
  });
  await page.getByLabel("Message of the commit").fill("Say how to use it");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nothing changed")).toBeVisible({ timeout: 15_000 });
  await page.getByRole("button", { name: "Show the commits" }).click();
  await expect(page.getByRole("region", { name: "Commits" }).getByText("Say how to use it")).toBeVisible();
});
