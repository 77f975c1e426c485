import type { Page } from "playwright";
import { z } from "zod";
import { median, round } from "../figure.ts";

const seen = z.object({ firstPaintMs: z.number(), interactiveMs: z.number(), cards: z.number() });

/**
 * Opens a board anew so many times. Interactive: React has taken over the first card, so that a press is heard. Times count
 * from the start of the navigation, by the page's own clock.
 */
export async function openBoard(page: Page, url: string, times: number) {
  const runs: z.infer<typeof seen>[] = [];
  for (let time = -1; time < times; time++) {
    await page.goto("about:blank");
    await page.goto(url, { waitUntil: "commit" });
    const handle = await page.waitForFunction(
      () => {
        const card = document.querySelector("[data-card]");
        if (!card || !Object.keys(card).some((key) => key.startsWith("__reactProps"))) return undefined;
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        const cards = document.querySelectorAll("[data-card]").length;
        return { firstPaintMs: paint?.startTime ?? -1, interactiveMs: performance.now(), cards };
      },
      undefined,
      { polling: "raf", timeout: 60_000 },
    );
    if (time >= 0) runs.push(seen.parse(await handle.jsonValue()));
  }
  const of = (key: "firstPaintMs" | "interactiveMs" | "cards") => round(median(runs.map((run) => run[key])), 0);
  return { firstPaint_ms: of("firstPaintMs"), interactive_ms: of("interactiveMs"), cardsInPage: of("cards") };
}
