import type { Page } from "@playwright/test";
import { picture } from "./pictures.ts";
import { found, openBy, visit } from "./session.ts";
import { command, joinAs, longTalk, openSessionCrew, wish } from "./session-agent.ts";
import { expect as base, test } from "./test.ts";

// Much of it is waiting for others where a machine does much else.
const expect = base.configure({ timeout: 30_000 });

const talkOf = (page: Page) => page.getByRole("log");
const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();

test("an agent at work in its sandbox: two people see it stream, it asks here and in the inbox, and beside it one types, edits, commits and looks", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await found(page);
  const crew = await openSessionCrew(page);
  try {
    await visit(page, `t/${crew.teamId}/sessions`);
    const dialog = page.getByRole("dialog", { name: "New session" });
    await openBy(page, "c", dialog);
    await expect(dialog.getByText(`New copy of ${crew.repoName}`)).toBeVisible();
    await dialog.getByLabel("What should it do?").fill(wish);
    await picture(page, "new-session");
    await page.keyboard.press("Control+Enter");
    await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}/);
    await expect(page.getByRole("heading", { name: wish })).toBeVisible();

    await test.step("it streams, and asks before it writes; whoever watches sees the same", async () => {
      await expect(talkOf(page).getByText("I look at what there is")).toBeVisible();
      await picture(page, "session-streaming");
    });
    const theirs = await joinAs(page, browser, "Mira", crew.teamId);
    await theirs.goto(page.url());
    await expect(talkOf(theirs).getByText("I look at what there is")).toBeVisible();
    const asked = page.getByRole("region", { name: /^Edit: Write docs\/usage.md/ });
    await expect(asked.getByRole("button", { name: "Approve" })).toBeVisible();
    await picture(page, "session-asked");
    await page.keyboard.press("1");

    await test.step("the next question is answered in the inbox", async () => {
      const run = talkOf(page).getByRole("region", { name: `Run: ${command}` });
      await expect(run.getByText(`Run ${command}`)).toBeVisible();
      await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: /Inbox/ }).click();
      const waiting = page.getByRole("list", { name: "What waits for a person" });
      await waiting.getByRole("listitem").filter({ hasText: command }).getByRole("button").first().click();
      await expect(page.getByRole("complementary", { name: new RegExp(`^Run ${command}`) })).toBeVisible();
      await picture(page, "session-inbox");
      await page.keyboard.press("Control+Enter");
      await page.goBack();
    });
    for (const each of [page, theirs]) {
      await expect(talkOf(each).getByText("It is written down")).toBeVisible();
      await expect(talkOf(each).getByRole("region", { name: /^Edit: Write docs/ })).toContainText("Press the button");
    }
    await expect(page.getByText(/tokens · \$0\.0/)).toBeVisible();

    await test.step("a terminal in its sandbox shows what it wrote", async () => {
      await page.getByRole("button", { name: "Open a terminal" }).click();
      const rows = page.locator(".xterm-rows");
      await expect(rows).toContainText("$");
      await page.locator(".xterm-helper-textarea").focus();
      await page.keyboard.type("cat docs/usage.md; (python3 -m http.server 8123 >/dev/null 2>&1 &)\n");
      await expect(rows).toContainText("take your cup");
      await picture(page, "session-terminal");
    });

    await test.step("a file is edited, and all of it is one commit", async () => {
      await tab(page, "Files");
      await page.getByRole("button", { name: "docs", exact: true }).click();
      await page.getByRole("button", { name: "usage.md", exact: true }).click();
      const editor = page.getByRole("textbox", { name: "docs/usage.md" });
      await editor.click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("Wash it afterwards.");
      await expect(page.getByText("Not saved")).toBeVisible();
      await page.keyboard.press("Control+s");
      await expect(page.getByText("Not saved")).toBeHidden();
      await picture(page, "session-files");
      await tab(page, "Changes");
      const changed = page.getByRole("region", { name: "Changed files" });
      await expect(changed.getByText("docs/usage.md", { exact: true })).toBeVisible();
      await picture(page, "session-changes");
      await page.getByLabel("Message of the commit").fill("Say how to use it");
      await page.keyboard.press("Enter");
      await expect(page.getByText("Nothing changed")).toBeVisible();
      await page.getByRole("button", { name: "Show the commits" }).click();
      await expect(page.getByRole("region", { name: "Commits" }).getByText("Say how to use it")).toBeVisible();
    });

    await test.step("what a program of its terminal serves is shown on a host of its own", async () => {
      await tab(page, "Preview");
      await page.getByLabel("Port").fill("8123");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      const shown = page.frameLocator("iframe[title='Port 8123']");
      await expect(shown.getByRole("link", { name: "docs/" })).toBeVisible();
      await picture(page, "session-preview");
    });

    await test.step("it is cancelled in the middle, gives back what was queued, goes on, and is stopped", async () => {
      const composer = page.getByRole("textbox", { name: "Message to Entourage" });
      await composer.fill(longTalk);
      await composer.press("Control+Enter");
      await expect(talkOf(theirs).getByText("There is a lot to tell.").last()).toBeVisible();
      await composer.fill("And the end?");
      await composer.press("Control+Enter");
      await expect(page.getByText("1 message waits for the end of this turn.")).toBeVisible();
      await picture(page, "session-queued");
      await composer.press("Escape");
      for (const each of [page, theirs]) {
        await expect(talkOf(each).getByText(/Stopped by you/)).toBeVisible();
      }
      // What was queued is taken back with it, and goes out when it is sent again.
      await expect(composer).toHaveValue("And the end?");
      await composer.press("Control+Enter");
      for (const each of [page, theirs]) {
        await expect(talkOf(each).getByText("The end is short.")).toBeVisible();
      }
      await page.getByRole("button", { name: "Stop session" }).click();
      await expect(page.getByText("The session is stopped. Resume it to go on where it ended.")).toBeVisible();
      await picture(page, "session-stopped");
      await page.getByRole("link", { name: "All sessions" }).click();
      await expect(page.getByRole("table", { name: "Sessions" })).toContainText("Stopped");
      await picture(page, "sessions");
    });
  } finally {
    await crew.close();
  }
});
