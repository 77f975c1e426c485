import { chromium, type Page } from "playwright";
import { findChromium } from "#scripts/chromium.ts";
import { owner, type Product } from "./product.ts";

/** Chromium with the owner signed in; `page` stands on the board, live. */
export async function openBrowser({ url }: Product) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("No Chromium on this machine; CHROMIUM_PATH names one.");
  const browser = await chromium.launch({
    executablePath,
    // Chromium refuses to sandbox itself as root, and containers give /dev/shm too little for a tab.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-dev-shm-usage", "--no-first-run"],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/inbox/, { timeout: 60_000 });
  await page.goto(`${url}${await page.getByRole("link", { name: "Board" }).first().getAttribute("href")}`);
  await isLive(page);
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  return { context, page, boardUrl: page.url(), cookie, close: () => browser.close() };
}

/** The socket is open and the page has caught up. */
export async function isLive(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 60_000 });
}
