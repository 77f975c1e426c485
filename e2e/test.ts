import { test as base, expect } from "@playwright/test";

interface Fixtures {
  /** What the browser complained about; a test that causes a complaint on purpose empties it. */
  complaints: string[];
}

/**
 * Playwright's test, with one thing watched in every walk: a page that throws, or that the browser reports an error for
 * (a blocked script, a failed hydration), fails the walk even when all that was looked for is there.
 */
export const test = base.extend<Fixtures>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await use(complaints);
      expect(complaints, "the browser had nothing to complain about").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
