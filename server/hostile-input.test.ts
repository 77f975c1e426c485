import { expect, test } from "vitest";
import { createLogger } from "./log.ts";
import { describeFailure } from "./failure.ts";
import { resumeWork } from "./pauses/operations.ts";
import { openTestRuntime } from "./test/fixtures.ts";
import { populate } from "./test/populate.ts";
import { workIn } from "./test/work.ts";
import { operations } from "./trpc/operations.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);
const { org, agent, ids, reviewed } = await populate(runtime);
const silent = createLogger("test");

const hostile: unknown[] = [
  ...[null, true, -1, 0, 1.5, 2 ** 31, 2 ** 53 - 1, 1e300, Number.NaN],
  ...[
    "",
    " ",
    "x",
    "x".repeat(100_000),
    "a\u0000b",
    "a\ud800b",
    "'; drop table tasks; --",
    "../../etc/passwd",
    "--help",
  ],
  ...[
    "%",
    "\\",
    "#0",
    "#999999999",
    "-".repeat(36),
    `12345678-${"-".repeat(27)}`,
    "00000000-0000-0000-0000-000000000000",
  ],
  ...[
    {},
    [],
    [[]],
    [null],
    { kind: "agent", id: "x" },
    { $where: 1 },
    ["\u0000"],
    Array.from({ length: 600 }, () => "1"),
  ],
];
/** Good values, so that only the one that is looked at is bad. */
const good: Record<string, unknown> = {
  ...ids,
  ...{ title: "x", name: "x", role: "member", status: "failed", summary: "x", text: "x", body: "x", path: "a.ts" },
  ...{
    line: 1,
    side: "new",
    tasks: [ids.task],
    assignee: null,
    token: "x",
    next: "a long enough passphrase",
    signInId: ids.task,
  },
};

// These end the organization's people or work, or write outside of the database; what they take is looked at elsewhere.
const left = new Set(["create_org", "sign_out", "change_password", "start_sample", "wait_for_work"]);
const asked = [...operations.values()]
  .flatMap((operation) =>
    left.has(operation.name)
      ? []
      : Object.keys(operation.input.shape).map((field) => ({ name: operation.name, operation, field })),
  )
  .map((one, nth) => ({ ...one, nth }));
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";

test.for(asked)(
  "$name refuses whatever it cannot use as $field, and never fails",
  async ({ operation, field, nth }) => {
    await run(resumeWork, org.owner, {});
    const usual = operation.permission === "review:write" ? { ...good, task: reviewed } : good;
    const shape: Record<string, { safeParse(value: unknown): { success: boolean } }> = operation.input.shape;
    const base = Object.fromEntries(
      Object.entries(shape).flatMap(([key, schema]) =>
        schema.safeParse(undefined).success ? [] : [[key, usual[key]]],
      ),
    );
    // An agent, who may do less, sends a third of them, another third for each field; in the full run all.
    for (const [at, value] of hostile.entries())
      for (const actor of isFull || (nth + at) % 3 === 0 ? [org.owner, agent] : [org.owner]) {
        const failure: unknown = await run(operation, actor, { ...base, [field]: value }).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) continue;
        const { code } = describeFailure(failure, "test", silent);
        const shown = JSON.stringify(value)?.slice(0, 60);
        expect(code, `${operation.name} { ${field}: ${shown} } → ${String(failure)}`).not.toBe("internal");
      }
  },
);
