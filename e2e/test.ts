import { test as base, expect } from "@playwright/test";
import { comeTo } from "./session.ts";

interface Fixtures {
  /** What the browser complained about; a walk that causes a complaint on purpose empties it. */
  complaints: string[];
}

/**
 * Playwright's test, with one thing watched in every walk: a page that throws, that reports an error (a blocked script, a
 * failed hydration) or that misses a file fails the walk, even when all that was looked for is there. Calls of an API may
 * be refused: that is an answer, unless it is a 5xx.
 */
export const test = base.extend<Fixtures>({
  complaints: [
    async ({ page, baseURL }, use) => {
      comeTo(page, baseURL);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // Said of every 4xx, without the address; the next listener knows better.
        if (message.text().startsWith("Failed to load resource")) return;
        // The realtime library spoke while its socket closed; the page comes back by itself.
        if (message.text().includes("WebSocket is already in CLOSING or CLOSED state")) return;
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("response", (response) => {
        const isCall = ["fetch", "xhr", "document"].includes(response.request().resourceType());
        if (response.status() >= (isCall ? 500 : 400)) complaints.push(`${response.status()} for ${response.url()}`);
      });
      await use(complaints);
      expect(complaints, "the browser had nothing to complain about").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
