import type { Browser, Page, WebSocketRoute } from "@playwright/test";
import { call, enter, homeOf, isLive, openBy } from "./session.ts";
import { expect, test } from "./test.ts";

/** A second person in a browser of their own, invited by the owner. */
async function inviteMember(page: Page, browser: Browser, name: string): Promise<Page> {
  const { link } = await call(page, "invite_member", { role: "member", teamIds: [homeOf(page).teamId] });
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(link);
  await theirs.getByLabel("Your name").fill(name);
  await theirs.getByLabel("E-mail").fill(`${name.toLowerCase().replaceAll(" ", ".")}@example.org`);
  await theirs.getByLabel("Password", { exact: true }).fill("another long pass phrase");
  await theirs.getByRole("button", { name: "Create account and join" }).click();
  await isLive(theirs);
  return theirs;
}

/** The way to cut a page's socket to the realtime host, and to let it come back. */
async function socketOf(page: Page) {
  const sockets = new Set<WebSocketRoute>();
  let isAway = false;
  await page.routeWebSocket(/\/realtime\//, (socket) => {
    if (isAway) return void socket.close();
    socket.connectToServer();
    sockets.add(socket);
  });
  return {
    away: async () => {
      expect(sockets.size).toBeGreaterThan(0);
      isAway = true;
      for (const socket of sockets) await socket.close({ code: 1011 });
    },
    back: () => {
      isAway = false;
    },
  };
}

test("two browsers on one channel: each hears the other's words, a cut loses nothing, a revocation ends it with words", async ({
  page,
  browser,
}) => {
  const { org } = await enter(page, "channels");
  const name = `Mira ${Date.now()}`;
  const theirs = await inviteMember(page, browser, name);
  await expect(page.getByText(/agent\.[a-z0-9-]+\.\* is yours/)).toBeVisible({ timeout: 20_000 });
  const mine = /agent\.([a-z0-9-]+)\.\*/.exec(await page.getByText(/\.\* is yours/).innerText())?.[1] ?? "";
  const handles = async () => (await call(page, "list_handles", { search: name })).handles;
  await expect.poll(async () => (await handles()).length, { timeout: 20_000 }).toBe(1);
  const hers = (await handles())[0].handle;
  const channel = `agent.${mine}.walk-${Date.now()}`;
  await call(page, "keep_channel_history", { channel, count: 500 });
  await call(page, "grant_channel_access", { channel, handle: hers });
  await call(page, "lock_channel", { channel });
  const cut = await socketOf(theirs);
  const address = new URL(`/o/${org}/channels/${channel}`, page.url()).href;
  await Promise.all([page, theirs].map((each) => each.goto(address)));
  for (const each of [page, theirs]) await expect(each.getByText("Following")).toBeVisible({ timeout: 20_000 });

  // Each hears: what the owner writes by keyboard alone, as text and never as a page.
  await page.keyboard.press("r");
  await page.keyboard.type('{"n": 0, "html": "<img src=x onerror=alert(1)>"}');
  await page.keyboard.press("Control+Enter");
  for (const each of [page, theirs]) {
    await expect(each.getByRole("list", { name: "Messages of the channel" }).getByText("<img src=x")).toBeVisible();
    await expect(each.locator("main img")).toHaveCount(0);
  }

  // Her socket is cut, and stays away, while he goes on; then nothing is missing and nothing is there twice.
  await cut.away();
  for (let n = 1; n <= 4; n++) await call(page, "publish", { channel, payload: { n } });
  await expect(page.locator("li[data-seq]")).toHaveCount(5);
  cut.back();
  const seqs = () => theirs.locator("li[data-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));
  await expect.poll(seqs, { timeout: 20_000 }).toEqual([1, 2, 3, 4, 5]);
  await expect(theirs.getByText("Following")).toBeVisible({ timeout: 20_000 });

  // He takes it back: her tail ends at once, says why, and offers to ask. She asks; he sees it and lets her in again.
  await page.getByRole("button", { name: "Access" }).last().click();
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await expect(theirs.getByText(/hear nothing more|has locked this channel/).first()).toBeVisible();
  await call(page, "publish", { channel, payload: "not for her" });
  await expect(page.getByText("not for her")).toBeVisible();
  await expect(theirs.getByText("not for her")).toHaveCount(0);
  await theirs.getByPlaceholder("Why you should hear it").first().fill("I build on it.");
  await theirs.getByRole("button", { name: /^Ask / }).first().click();
  await expect(page.getByText("I build on it.")).toBeVisible();
  await page.getByRole("button", { name: `Grant ${name}` }).click();
  await expect(theirs.getByText("not for her")).toBeVisible({ timeout: 20_000 });
  await theirs.context().close();
});

test("by keyboard: the room, a new channel, an advert; a message that does not fit it is refused in words", async ({
  page,
}) => {
  await enter(page, "team/board");
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/\/channels$/);
  await isLive(page);
  const name = page.getByRole("dialog").getByLabel("Name");
  await openBy(page, "c", name);
  await name.press("End");
  const path = `keys-${Date.now()}`;
  await page.keyboard.type(path);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(path);
  await expect(page.getByText("Nothing is said right now")).toBeVisible();
  await page.getByRole("button", { name: "Describe it" }).press("Enter");
  await page.getByLabel("Description").fill("Builds that passed");
  await page
    .getByLabel("Schema")
    .fill('{"type":"object","required":["version"],"properties":{"version":{"type":"string"}}}');
  await page.getByRole("button", { name: "Publish advert" }).press("Enter");
  await expect(page.getByRole("list", { name: "What a message has" })).toContainText("version string");
  await page.keyboard.press("r");
  await page.keyboard.type('{"version": 12}');
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert").filter({ hasText: "version" })).toBeVisible();
  await page.keyboard.press("Escape");
  for (const view of ["access", "figures"]) {
    await page.goto(`${page.url().split("?")[0]}?view=${view}`);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(path);
  }
  await expect(page.getByText("Listening on pages now")).toBeVisible();
});
