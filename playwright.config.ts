import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";
import { baseURL } from "./e2e/here.ts";
import { findChromium } from "./scripts/chromium.ts";

const isRoot = process.getuid?.() === 0;

// Chromium prepares pages of its own for the address bar of every window: a second of the processor for each walk, for a
// bar that nobody sees. Of two such lists the last one counts, so Playwright's own stands here once more.
const neededByNobody = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"];
const disabledByPlaywright = [
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"],
  ...[
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
  ],
  ...["AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"],
  "PreconnectToSearch",
];

export default defineConfig({
  testDir: "./e2e",
  outputDir: "./test-results",
  globalSetup: "./e2e/global-setup.ts",
  // Twice what a walk takes on a machine that does nothing else, many times over: waiting longer costs nothing.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Much of a walk is waiting. More than two would hold each other up where there are few processors.
  workers: Math.min(2, availableParallelism()),
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // What passes only on its second try is named at the end (scripts/test/results.ts).
  retries: process.env.CI ? 1 : 0,
  reporter: "list",
  use: {
    baseURL,
    // Nothing is shown by what moves, and it is in the way of what is pressed.
    contextOptions: { reducedMotion: "reduce" },
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
        `--disable-features=${[...disabledByPlaywright, ...neededByNobody].join(",")}`,
      ],
    },
  },
  projects: [{ name: "desktop", use: { browserName: "chromium" } }],
});
