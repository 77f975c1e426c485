import type { Page } from "@playwright/test";
import { titled } from "./handed-in.ts";
import { picture } from "./pictures.ts";
import { call, enter, isLive, owner } from "./session.ts";
import { expect, test } from "./test.ts";
import { watchCards } from "./watch-cards.ts";

const plenty = { timeout: 60_000 };

/** Whoever comes first signs up; later the same person signs in. Ends in the inbox. */
async function arrive(page: Page): Promise<void> {
  await page.goto("/");
  if (!page.url().includes("/sign-up")) return void (await enter(page));
  await picture(page, "1-sign-up");
  await page.getByLabel("Your name").fill(owner.name);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: /Create/ }).click();
  await expect(page).toHaveURL(/\/o\/[^/]+\/inbox/);
  await isLive(page);
  await picture(page, "2-inbox");
}

// The walk of a newcomer, with no key of any model. PICTURES=folder takes a picture of each step.
test("the first five minutes: the sample's plan is approved, its crew works, asks, is sent back and merges, all seen live", async ({
  page,
  context,
}) => {
  test.setTimeout(process.env.PICTURES ? 300_000 : 180_000);
  await arrive(page);
  const org = page.url().split("/inbox")[0] ?? "";
  await page.goto((await page.getByRole("link", { name: "Plans" }).first().getAttribute("href")) ?? "");
  await isLive(page);
  await picture(page, "3-new-goal");

  await page.getByRole("button", { name: "Try the sample" }).click();
  await expect(page).toHaveURL(/\/plans\/[0-9a-f-]{36}/);
  const plan = page.url();
  const team = plan.split("/plans/")[0] ?? "";
  await expect(page.getByText(/done by/)).toBeVisible();
  const rows = page.getByRole("table", { name: "Tasks of the plan" }).locator("tbody tr");
  await expect(rows).toHaveCount(9);
  await rows.filter({ hasText: "truncate()" }).click();
  const fields = page.getByRole("complementary", { name: /^Task / });
  await fields.getByLabel("Title").fill("Add truncate(), with one ellipsis");
  await fields.getByRole("button", { name: "Save" }).click();
  await expect(rows.filter({ hasText: "with one ellipsis" })).toBeVisible();
  await picture(page, "4-plan");

  const board = await context.newPage();
  await board.goto(`${team}/board`);
  await isLive(board);
  const historyOfCards = await watchCards(board);
  await page.getByRole("button", { name: "Approve, run with the sample crew" }).click();
  await expect(page.getByText("The sample crew carries this out.")).toBeVisible(plenty);
  await expect(page.getByRole("row", { name: /capitalize\(\) .*asks/i }).first()).toBeVisible(plenty);
  await picture(page, "5-run");
  await picture(board, "6-board");

  await test.step("a question is on top of the inbox, and one key answers it", async () => {
    await page.goto(`${org}/inbox`);
    await isLive(page);
    const title = "What happens to the other letters of a word?";
    const item = page.getByRole("list", { name: "What waits for a person" }).getByRole("listitem");
    await expect(item.first()).toContainText(title, plenty);
    await item.filter({ hasText: title }).getByRole("button").click();
    await expect(page.getByRole("complementary", { name: title })).toBeVisible();
    await picture(page, "7-question");
    await page.keyboard.press("1");
    await expect(page.getByText("Your answer is given")).toBeVisible();
  });

  const { tasks } = titled.parse(await call(page, "list_tasks", { teamId: team.split("/t/")[1] ?? "" }));
  const numberOf = (name: string) => tasks.find(({ title }) => title.startsWith(`Add ${name}`))?.number;
  const pathOf = (name: string) => `${org}/tasks/${numberOf(name)}`;

  await test.step("a review is a person's: a line is commented, the agent mends it, the person approves", async () => {
    const item = page.getByRole("list", { name: "What waits for a person" }).getByRole("listitem");
    await expect(item.filter({ hasText: "initials()" })).toBeVisible(plenty);
    await picture(page, "8-review-in-the-inbox");
    await page.goto(`${pathOf("initials()")}?tab=changes`);
    await isLive(page);
    // Of the files that changed, src/initials.js comes first.
    await page.getByRole("button", { name: "Comment on a line" }).first().click();
    await page.getByLabel("Line", { exact: true }).fill("4");
    await page.getByRole("button", { name: "Write a comment" }).click();
    await page.getByLabel("Comment on src/initials.js, line 4").fill("Say what it does, with an example.");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByText("Say what it does, with an example.").first()).toBeVisible();
    await picture(page, "9-comment");
    const bar = page.getByRole("region", { name: "Review", exact: true });
    await bar.getByLabel("What you say about it").fill("A doc comment is missing.");
    await bar.getByRole("button", { name: "Request changes" }).click();
    await expect(page.getByText(/attempt 2/i).first()).toBeVisible(plenty);
    await bar.getByRole("button", { name: "Approve" }).click();
    // What it rests on is done as well, so that word alone says nothing: its own review is over.
    await expect(page.getByText(`#${numberOf("initials()")} approved`)).toBeVisible(plenty);
    await expect(bar).toBeHidden(plenty);
  });

  await test.step("a bad branch did not get past its gate: it came back, and merged mended", async () => {
    await page.goto(`${pathOf("count()")}?tab=merges`);
    await isLive(page);
    await expect(page.getByText("Done", { exact: true }).first()).toBeVisible(plenty);
    await expect(page.getByText(/exit code 1/).first()).toBeVisible();
    await picture(page, "10-gate");
  });

  await page.goto(plan);
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible(plenty);
  await picture(page, "11-completed");
  await expect(board.locator("[data-column=done] [data-card]")).toHaveCount(9, plenty);
  const moves = Object.values(await historyOfCards());
  for (const columns of moves) expect(columns.at(-1)).toBe("done");
  expect(
    moves.some((columns) => columns.length > 2),
    "cards were seen on their way",
  ).toBe(true);
  await picture(board, "12-board-done");
  await page.goto(`${team}/activity`);
  await expect(page.getByText(/merged/i).first()).toBeVisible();
  await picture(page, "13-record");
  await page.goto(`${team}/costs`);
  await isLive(page);
  await picture(page, "14-costs");
});
