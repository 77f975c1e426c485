import { handIn } from "./handed-in.ts";
import { call, createTasks, found, visit } from "./session.ts";
import { expect, test } from "./test.ts";

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("work is approved with a thumb, and its merge is seen without a reload", async ({ page }) => {
    await found(page);
    const { number, teamId } = await handIn(page, `Approved by thumb ${Date.now()}`);
    await visit(page, `t/${teamId}/board`);
    await page
      .getByRole("group", { name: "Columns" })
      .getByRole("button", { name: /In review/ })
      .tap();
    await page.getByRole("article", { name: /Approved by thumb/ }).tap();
    const bar = page.getByRole("region", { name: "Review" });
    await bar.getByRole("button", { name: "Approve" }).tap();
    await expect(page.getByText(`#${number} approved`)).toBeVisible();
    await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
  });
});

test("changes are requested with a comment on a line, and the task goes back", async ({ page }) => {
  await found(page);
  const { number, id } = await handIn(page, `Sent back ${Date.now()}`);
  await visit(page, `tasks/${number}?tab=changes`);
  await page.getByRole("button", { name: "Comment on a line" }).click();
  await page.getByLabel("Line", { exact: true }).fill("2");
  await page.getByRole("button", { name: "Write a comment" }).click();
  await page.getByLabel("Comment on greeting.txt, line 2").fill("Say good night instead.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Say good night instead.").first()).toBeVisible();

  const bar = page.getByRole("region", { name: "Review", exact: true });
  await bar.getByRole("button", { name: "Request changes" }).click();
  await expect(bar.getByRole("alert")).toHaveText("Say what must change, so that it can be done.");
  await bar.getByLabel("What you say about it").fill("One line is wrong.");
  await bar.getByRole("button", { name: "Request changes" }).click();
  await expect(page.getByText(`#${number} sent back`)).toBeVisible();
  const { review, taskStatus } = await call(page, "get_review_feedback", { task: id });
  expect(taskStatus).toBe("todo");
  expect(review.verdict).toBe("request_changes");
  expect(review.comments).toMatchObject([{ path: "greeting.txt", line: 2, side: "new" }]);
});

test("where a team merges by hand, what is approved waits for the button", async ({ page }) => {
  await found(page);
  const { number } = await handIn(page, `Merged by hand ${Date.now()}`, { autoMerge: false });
  await visit(page, `tasks/${number}`);
  // The keys that save a description are those that approve: they must not do both.
  await page.getByRole("button", { name: "Edit the description" }).click();
  await page.getByLabel("Description, in Markdown").fill("Greets everybody.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Greets everybody.")).toBeVisible();
  await page.getByRole("region", { name: "Review", exact: true }).getByRole("button", { name: "Approve" }).click();
  await page.getByRole("region", { name: "Merge" }).getByRole("button", { name: "Merge" }).click();
  await expect(page.getByText(`#${number} is in the merge queue`)).toBeVisible();
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
});

test("a person takes a task, gives it back, takes it again and hands it in, by keyboard alone", async ({ page }) => {
  await found(page);
  const [number = 0] = await createTasks(page, [{ title: `Done by a person ${Date.now()}` }]);
  await visit(page, `tasks/${number}`);
  const take = async () => {
    await page.keyboard.press("s");
    await page.getByPlaceholder("Where to?").fill("in progress");
    await page.keyboard.press("Enter");
    // Until it is gone the next keys are its own.
    await expect(page.getByPlaceholder("Where to?")).toBeHidden();
    await expect(page.getByRole("region", { name: "Your work" })).toBeVisible();
  };
  await take();
  await page.keyboard.press("Shift+R");
  await expect(page.getByText(`#${number} is free for others`)).toBeVisible();
  await take();
  await page.keyboard.press("r");
  await page.keyboard.type("Painted the fence; looked at it twice.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`#${number} waits for a review`)).toBeVisible();
  await expect(page.getByText("It is your own work: somebody else must judge it.")).toBeVisible();
});
