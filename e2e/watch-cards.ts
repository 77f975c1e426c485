import type { Page } from "@playwright/test";

/** Notes every column each card was seen in, from now on. */
export async function watchCards(page: Page): Promise<() => Promise<Record<string, string[]>>> {
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
