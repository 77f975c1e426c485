import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf, found, visit } from "./session.ts";
import { openTerminal } from "../scripts/test/terminal.ts";
import { expect, test } from "./test.ts";

test("a command line shows a code, its person lets it in, and ends it again among their sign-ins", async ({ page }) => {
  const home = mkdtempSync(join(tmpdir(), "entourage-device-"));
  await found(page);
  const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: home, ENTOURAGE_SERVER: addressOf(page) };
  const login = openTerminal(["login"], env);
  try {
    const [, code = ""] = await login.until(/([A-Z]{4}-[A-Z]{4})/);
    await page.goto("/device");
    const field = page.getByLabel("Code");
    await field.fill("BCDF-BCDF");
    await page.getByRole("button", { name: "Go on" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "No client shows this code" })).toBeVisible();
    await field.fill(code.toLowerCase());
    await field.press("Enter");
    await expect(page.getByText(/^entourage [\d.]+ on /)).toBeVisible();
    await page.getByRole("button", { name: "Let it in for 7 days" }).click();
    await expect(page.getByRole("heading", { name: /is in$/ })).toBeVisible();
    expect(await login.ended, login.shown()).toBe(0);
    expect(login.shown()).toContain("as Olga Owner (owner)");

    const { token } = JSON.parse(readFileSync(join(home, "entourage/config.json"), "utf8")).profiles.default;
    expect(login.shown()).not.toContain(token);
    await page.goto(`/device?code=${code}`);
    await expect(page.getByRole("heading", { name: /is in$/ })).toBeVisible();

    await visit(page, "settings/profile");
    const row = page
      .getByRole("list", { name: "Sign-ins" })
      .getByRole("listitem")
      .filter({ hasText: "entourage 0." })
      .first();
    await row.getByRole("button", { name: /Sign out/ }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
    await expect(async () => {
      const whoami = openTerminal(["whoami"], env);
      expect(await whoami.ended).toBe(3);
    }).toPass({ timeout: 15_000 });
  } finally {
    login.kill();
    rmSync(home, { recursive: true, force: true });
  }
});

test("a client that is refused is told so, and a code that is refused is of no use", async ({ page }) => {
  const home = mkdtempSync(join(tmpdir(), "entourage-device-"));
  await found(page);
  const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: home, ENTOURAGE_SERVER: addressOf(page) };
  const login = openTerminal(["login"], env);
  try {
    const [, code = ""] = await login.until(/([A-Z]{4}-[A-Z]{4})/);
    await page.goto(`/device?code=${code}`);
    await page.getByRole("button", { name: "Refuse" }).click();
    await expect(page.getByRole("heading", { name: /was refused$/ })).toBeVisible();
    expect(await login.ended).toBe(3);
  } finally {
    login.kill();
    rmSync(home, { recursive: true, force: true });
  }
});
