import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

const sizes = { "": { width: 1440, height: 900 }, "-phone": { width: 390, height: 844 } };

/**
 * Takes a picture of what a walk has come to, light and dark, wide and phone, into the folder that PICTURES names; without
 * it nothing.
 */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(700); // The last of what moves: a picture has no condition to wait for.
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}${size}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(sizes[""]);
}
