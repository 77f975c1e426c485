import type { BrowserContext, Page, WebSocketRoute } from "@playwright/test";
import { addressOf, createTasks, enter, found, isLive, visit } from "./session.ts";
import { expect, test } from "./test.ts";

/** Lets the sockets of every page through, and gives the way to cut all that are open. */
async function cuttable(context: BrowserContext): Promise<() => Promise<number>> {
  const open = new Set<WebSocketRoute>();
  await context.routeWebSocket(/\/realtime\/app\//, (page) => {
    const host = page.connectToServer();
    open.add(page);
    page.onMessage((message) => host.send(message));
    host.onMessage((message) => page.send(message));
    page.onClose(() => open.delete(page));
  });
  return async () => {
    const cut = [...open];
    for (const socket of cut) {
      open.delete(socket);
      await socket.close();
    }
    return cut.length;
  };
}

/** What the board shows of the tasks of this walk, column by column. */
const shown = (page: Page, mark: string) =>
  page
    .getByRole("main")
    .evaluate(
      (main, text) =>
        [...main.querySelectorAll("a")].map((link) => link.textContent ?? "").filter((words) => words.includes(text)),
      mark,
    );

test("two tabs whose sockets are cut again and again while work happens end identical, with all of it", async ({
  context,
  page,
}) => {
  const cut = await cuttable(context);
  await enter(page, "team/board");
  const other = await context.newPage();
  // A column draws the cards that are in sight: all of this walk.
  for (const tab of [page, other]) await tab.setViewportSize({ width: 1440, height: 2_400 });
  await other.goto(page.url());
  await isLive(other);
  const mark = `Cut ${Date.now()}`;
  let cuts = 0;
  for (let round = 0; round < 6; round++) {
    await createTasks(page, [{ title: `${mark} a${round}` }]);
    cuts += await cut();
    await createTasks(page, [{ title: `${mark} b${round}` }]);
    if (round % 2 === 0) await Promise.all([isLive(page), isLive(other)]);
  }
  expect(cuts).toBeGreaterThanOrEqual(6);
  for (const tab of [page, other]) {
    await expect(tab.getByText(mark)).toHaveCount(12, { timeout: 15_000 });
    await isLive(tab);
  }
  expect(await shown(other, mark)).toEqual(await shown(page, mark));
});

test("how realtime does stands in the settings: open pages, what is said, and where", async ({ page }) => {
  const { org } = await found(page);
  const headers = { origin: addressOf(page), "x-entourage-org": org };
  const channel = `public.walk-${Date.now()}`;
  for (let n = 0; n < 3; n++)
    expect((await page.request.post("/api/publish", { data: { channel, payload: n }, headers })).ok()).toBe(true);
  await visit(page, "settings/organization");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Realtime" }).click();
  await expect(page.getByRole("heading", { name: "Realtime health" })).toBeVisible();
  await expect(page.getByRole("img", { name: /Messages on channels: at most/ })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: channel })).toContainText("3 messages");
  const stats = await page.request.get("/stats", { headers });
  expect(await stats.json()).toMatchObject({ busiest: expect.arrayContaining([{ channel, messages: 3 }]) });
});
