import type { Page } from "@playwright/test";
import { call } from "./handed-in.ts";
import { enterAsOwner, isLive } from "./session.ts";
import { expect, test } from "./test.ts";

/** Notes every column each card was seen in, from now on. */
async function watchCards(page: Page): Promise<() => Promise<Record<string, string[]>>> {
  await page.evaluate(() => {
    const seen: Record<string, string[]> = {};
    const look = () => {
      for (const card of document.querySelectorAll("[data-card]")) {
        const column = card.closest("[data-column]")?.getAttribute("data-column");
        const id = card.getAttribute("data-card");
        if (!column || !id) continue;
        seen[id] ??= [];
        if (seen[id].at(-1) !== column) seen[id].push(column);
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
    Object.assign(window, { seenCards: seen });
  });
  return () => page.evaluate(() => Object.getOwnPropertyDescriptor(window, "seenCards")?.value ?? {});
}

test("the sample is one press away, and two tabs see every card move to done without a reload", async ({
  page,
  context,
}) => {
  test.setTimeout(180_000);
  await enterAsOwner(page);
  const { team } = await call(page, "create_team", { name: `Curious ${Date.now()}` });
  await page.goto(page.url().replace(/\/t\/[^/]+/, `/t/${team.id}`));
  await isLive(page);
  await page.getByRole("button", { name: "Try the sample" }).click();
  await expect(page).toHaveURL(/sample=starting/);
  expect(page.url()).not.toContain(team.id);
  const board = new URL(page.url()).pathname;
  const other = await context.newPage();
  const tabs = [page, other];
  const histories = [];
  for (const tab of tabs) {
    // Where the press has led the first tab is where it stays.
    if (tab !== page) await tab.goto(board);
    await isLive(tab);
    histories.push(await watchCards(tab));
  }
  for (const tab of tabs) {
    await expect(tab.locator("[data-column=done] [data-card]")).toHaveCount(9, { timeout: 120_000 });
  }
  for (const history of histories) {
    const moves = Object.values(await history());
    expect(moves).toHaveLength(9);
    for (const columns of moves) {
      expect(columns.at(-1)).toBe("done");
      expect(columns.length, columns.join(" → ")).toBeGreaterThan(1);
    }
  }
});
