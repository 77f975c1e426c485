import { defineConfig } from "@playwright/test";
import { findChromium } from "./scripts/chromium.ts";

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "./e2e",
  outputDir: "./test-results",
  globalSetup: "./e2e/global-setup.ts",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // What passes only on its second try is named at the end (scripts/test/results.ts).
  retries: process.env.CI ? 1 : 0,
  reporter: "list",
  use: {
    // Set by global-setup.ts, unless it was set from outside to look at a product that runs already.
    baseURL: process.env.BASE_URL,
    viewport: { width: 1440, height: 900 },
    // A trace doubles the processor time of a walk: only a second try has one, or who asks for it with --trace=on.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: findChromium(),
      args: [
        ...(isRoot ? ["--no-sandbox"] : []), // Chromium refuses to sandbox itself as root.
        "--disable-dev-shm-usage", // Containers give /dev/shm 64 MB, and a tab dies when it is full.
        // Nothing but the product may be asked for anything.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
      ],
    },
  },
  projects: [{ name: "desktop", use: { browserName: "chromium" } }],
});
