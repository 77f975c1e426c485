import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** `npm run test:full` adds what is too long for every change: thousands of inputs, kills by the hundred. */
const full = process.env.ENTOURAGE_TEST_FULL === "1";
const LONG_TESTS = ["**/*.full.test.ts", "chaos/**"];
const excluded = [...configDefaults.exclude, ".next/**", ".entourage*/**", "e2e/**", ...(full ? [] : LONG_TESTS)];

// What Node has compiled of the packages is kept, for the processes of the tests and for those that they start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".entourage", "compile-cache");

/** What changes its process or counts in it (environment, tracing, figures) or ends others has one of its own. */
const APART = [
  "chaos/**/*.test.ts",
  "db/**/*.test.ts",
  "mcp/cli/**/*.test.ts",
  "scripts/**/*.test.ts",
  "server/sandbox/**/*.test.ts",
  "server/tracing/**/*.test.ts",
  "server/metrics.test.ts",
  // Loops that go on in the background: what one of them still asks when its file is over would be told of the next.
  "worker/**/*.test.ts",
  "**/processes.test.ts",
  "**/*.full.test.ts",
];

/** First what has a process of its own, so that the shared ones live from their first file to their last. */
class ApartFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ project, moduleId }: TestSpecification) =>
      moduleId.endsWith("scripts/launch.test.ts") ? 0 : project.name === "apart" ? 1 : 2;
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

const everywhere = {
  environment: "node" as const,
  pool: "forks" as const,
  // Many of them wait for processes of their own rather than compute.
  maxWorkers: 3,
  // Nothing is shown by them but that something hangs: a busy machine may take its time.
  testTimeout: full ? 300_000 : 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
  env: { ENTOURAGE_LOG_LEVEL: "silent" },
};

export default defineConfig({
  test: {
    ...everywhere,
    globalSetup: ["db/test/global-setup.ts"],
    sequence: { sequencer: ApartFirst },
    projects: [
      { test: { ...everywhere, name: "apart", include: APART, exclude: excluded } },
      {
        test: {
          ...everywhere,
          name: "shared",
          isolate: false,
          setupFiles: ["server/test/fresh-process.ts"],
          include: ["**/*.test.ts"],
          exclude: [...excluded, ...APART],
        },
      },
    ],
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
