import type { Locator, Page } from "@playwright/test";
import { call, createTasks, enter, found, isLive, openBy } from "./session.ts";
import { expect, test } from "./test.ts";

test("a task is created, moved and given a priority by keyboard alone", async ({ page }) => {
  await enter(page, "team/board");
  const title = `Walk of the keys ${Date.now()}`;
  await openBy(page, "c", page.getByRole("dialog"));
  await page.getByLabel("Title").fill(title);
  await page.keyboard.press("Control+Enter");
  const card = page.getByRole("article", { name: title });
  await expect(card).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(card).toBeFocused();

  await page.keyboard.press("s");
  await page.getByPlaceholder("Where to?").fill("in progress");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-column=in_progress]").getByRole("article", { name: title })).toBeVisible();

  await expect(card).toBeFocused();
  await page.keyboard.press("p");
  await page.getByPlaceholder("Which priority?").fill("critical");
  await page.keyboard.press("Enter");
  await expect(card.getByText("Critical priority")).toBeAttached();
});

test("another tab sees a card move without a reload", async ({ page, context }) => {
  await enter(page, "team/board");
  const title = `Seen in two tabs ${Date.now()}`;
  const [number] = await createTasks(page, [{ title }]);
  const other = await context.newPage();
  await other.goto(page.url());
  await isLive(other);
  await expect(other.locator("[data-column=todo]").getByRole("article", { name: title })).toBeVisible();
  let loads = 0;
  other.on("load", () => loads++);

  await page.getByRole("article", { name: title }).click();
  await page.keyboard.press("s");
  await page.getByPlaceholder("Where to?").fill("cancelled");
  await page.keyboard.press("Enter");

  await expect(other.getByRole("article", { name: title })).toHaveCount(0);
  await other.goto(`${new URL(page.url()).pathname.split("/t/")[0]}/tasks/${number}`);
  await expect(other.getByText("Cancelled").first()).toBeVisible();
  expect(loads, "the board itself was never loaded again").toBeLessThanOrEqual(1);
});

test("filters stand in the address and survive a reload", async ({ page }) => {
  await enter(page, "team/board");
  const stamp = Date.now();
  await createTasks(page, [
    { title: `Needle ${stamp}`, priority: "critical" },
    { title: `Hay ${stamp}`, priority: "low" },
  ]);
  await page.getByRole("searchbox", { name: "Search tasks" }).fill(`Needle ${stamp}`);
  await expect(page.getByRole("article", { name: `Needle ${stamp}` })).toBeVisible();
  await expect(page.getByRole("article", { name: `Hay ${stamp}` })).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(`q=Needle.${stamp}`));
  await page.reload();
  await expect(page.getByRole("article", { name: `Needle ${stamp}` })).toBeVisible();
  await expect(page.getByRole("article", { name: `Hay ${stamp}` })).toHaveCount(0);
});

test("a move that is not possible is refused in words, and the card stays", async ({ page }) => {
  await enter(page, "team/board");
  const stamp = Date.now();
  const [first] = await createTasks(page, [{ title: `First ${stamp}` }]);
  await createTasks(page, [{ title: `Second ${stamp}`, dependsOn: [`#${first}`] }]);
  const second = page.getByRole("article", { name: `Second ${stamp}` });
  await second.click();
  await page.keyboard.press("s");
  await expect(page.getByRole("option", { name: /In progress/ })).toContainText("waits for a task that is not done");
  await page.keyboard.press("Escape");

  const target = page.locator("[data-column=in_progress]");
  await lift(page, second);
  const to = await boxOf(target);
  await page.mouse.move(to.x + 60, to.y + 200, { steps: 8 });
  await expect(target.getByText("waits for a task that is not done")).toBeVisible();
  await page.mouse.up();
  await expect(page.locator("[data-column=todo]").getByRole("article", { name: `Second ${stamp}` })).toBeVisible();
});

test("a card is dragged to where it may go", async ({ page }) => {
  await enter(page, "team/board");
  const title = `Dragged ${Date.now()}`;
  await createTasks(page, [{ title }]);
  const card = page.getByRole("article", { name: title });
  await lift(page, card);
  const target = page.locator("[data-column=in_progress]");
  const to = await boxOf(target);
  await page.mouse.move(to.x + 60, to.y + 200, { steps: 8 });
  await expect(target).toHaveCSS("outline-style", "solid");
  await page.mouse.up();
  await expect(target.getByRole("article", { name: title })).toBeVisible();
});

/** Takes a card with the mouse. Other cards may come and move it, and a busy machine may miss a press: it is tried until it is lifted. */
async function lift(page: Page, found: Locator): Promise<void> {
  // A likeness of it hangs on the pointer; the card itself stays where it was, paled.
  const card = page.locator("[data-column]").locator(found);
  await card.hover();
  // What makes dragging possible is loaded when the pointer is over the board, and takes the card that it rests on.
  await expect(page.locator("[id^=DndDescribedBy]")).toBeAttached();
  await expect(async () => {
    await page.mouse.up();
    const { x, y } = await boxOf(card);
    await page.mouse.move(x + 40, y + 40);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 60, { steps: 4 });
    await expect(card).toHaveCSS("opacity", "0.4", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error("It is not on the page.");
  return box;
}

test("several are changed at once, and what was refused is told", async ({ page }) => {
  await enter(page, "team/board");
  const stamp = Date.now();
  await createTasks(page, [{ title: `One ${stamp}` }, { title: `Two ${stamp}` }]);
  await page.getByRole("article", { name: `One ${stamp}` }).click({ modifiers: ["Control"] });
  await page.getByRole("article", { name: `Two ${stamp}` }).click({ modifiers: ["Control"] });
  const bar = page.getByRole("toolbar", { name: "2 selected" });
  await expect(bar).toBeVisible();
  await bar.getByRole("button", { name: /Priority/ }).click();
  await page.getByPlaceholder("Which priority?").fill("high");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 tasks changed")).toBeVisible();
  await bar.getByRole("button", { name: /Archive/ }).click();
  await expect(page.getByText(/0 tasks changed, 2 refused/)).toBeVisible();
});

test("on a phone the board opens on the first column that has cards", async ({ page }) => {
  const { org, teamId } = await found(page);
  const [number] = await createTasks(page, [{ title: "Not to do any more" }]);
  await call(page, "change_task_status", { task: `#${number}`, status: "in_progress" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/o/${org}/t/${teamId}/board`);
  await expect(page.getByText("Not to do any more")).toBeInViewport();
  await expect(page.getByRole("button", { name: /^In progress/, pressed: true })).toBeVisible();
});
