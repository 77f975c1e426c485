import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

/** `npm run test:full` adds what is too long for every change: thousands of inputs, kills by the hundred. */
const full = process.env.ENTOURAGE_TEST_FULL === "1";
const LONG_TESTS = ["**/*.full.test.ts", "chaos/**"];

// What Node has compiled of the packages is kept, for the processes of the tests and for those that they start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".entourage", "compile-cache");

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    // Many of them wait for processes of their own rather than compute.
    maxWorkers: 3,
    include: ["**/*.test.ts"],
    exclude: [...configDefaults.exclude, ".next/**", ".entourage*/**", "e2e/**", ...(full ? [] : LONG_TESTS)],
    globalSetup: ["db/test/global-setup.ts"],
    // Nothing is shown by them but that something hangs: a busy machine may take its time.
    testTimeout: full ? 300_000 : 60_000,
    hookTimeout: 60_000,
    env: { ENTOURAGE_LOG_LEVEL: "silent" },
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
