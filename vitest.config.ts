import { configDefaults, defineConfig } from "vitest/config";

/** `npm run test:full` adds what is too long for every change: thousands of inputs, kills by the hundred. */
const full = process.env.ENTOURAGE_TEST_FULL === "1";
const LONG_TESTS = ["**/*.full.test.ts", "chaos/**"];

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    // Many of them wait for processes of their own rather than compute.
    maxWorkers: 3,
    include: ["**/*.test.ts"],
    exclude: [...configDefaults.exclude, ".next/**", ".entourage*/**", "e2e/**", ...(full ? [] : LONG_TESTS)],
    globalSetup: ["db/test/global-setup.ts"],
    testTimeout: full ? 300_000 : 20_000,
    hookTimeout: 30_000,
    coverage: {
      provider: "v8",
      // Components are shown by the walks in e2e/, where a browser runs them.
      include: ["app/**/*.ts", "db/**/*.ts", "mcp/**/*.ts", "server/**/*.ts", "worker/**/*.ts"],
      exclude: ["**/*.test.ts", "**/test/**", "**/*.d.ts"],
      reporter: ["text-summary", "html"],
      reportOnFailure: true,
      thresholds: { lines: 60 },
    },
  },
});
