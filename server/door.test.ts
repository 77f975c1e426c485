import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Actor } from "./context.ts";
import { execute } from "./execute.ts";
import { describeFailure } from "./failure.ts";
import { newId } from "./ids.ts";
import type { Operation } from "./operation.ts";
import { createTask } from "./tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg } from "./test/fixtures.ts";
import { openTestDoors } from "./test/doors.ts";
import { operations } from "./trpc/operations.ts";

const { runtime, db } = await openTestDoors();
const org = await createTestOrg(runtime);
const other = await createTestOrg(runtime);
const engineer = await createTestAgent(runtime, org);
const viewer = await createTestMember(runtime, org, "viewer");
const foreign = await execute(
  createTask,
  runtime,
  other.owner,
  { teamId: other.teamId, title: "canary-7f3a" },
  { requestId: "test" },
);

/** How many inputs each operation is sent. */
const inputsEach = process.env.ENTOURAGE_TEST_FULL === "1" ? 100 : 12;

/** What a door would tell: a code, or what came back. Waiting ends at once. */
async function outcome(operation: Operation, actor: Actor, input: unknown) {
  try {
    const output = await execute(operation, runtime, actor, input, {
      requestId: "test",
      signal: AbortSignal.timeout(50),
    });
    return { code: "ok" as const, text: JSON.stringify(output) };
  } catch (error) {
    const told = describeFailure(error, "test", runtime.log);
    if (told.code === "internal") throw error;
    return { code: told.code, text: JSON.stringify(told) };
  }
}

for (const operation of operations.values()) {
  test.skipIf(operation.isOpen)(
    `${operation.name}: nobody without its permission may, and nothing but that is told`,
    async () => {
      const nobody: Actor = { ...engineer, permissions: new Set() };
      const { code, text } = await outcome(operation, nobody, sample(operation.input));
      expect([code, text]).toEqual(["forbidden", expect.stringContaining(operation.permission)]);
    },
  );

  test(`${operation.name}: whatever is sent, it is an answer or a clear refusal, and nothing of another organization`, async () => {
    const actors = [org.owner, engineer, viewer];
    await fc.assert(
      fc.asyncProperty(arbitraryOf(operation.input), fc.nat({ max: actors.length - 1 }), async (input, index) => {
        const actor = actors[index] ?? org.owner;
        const { code, text } = await outcome(operation, actor, input);
        expect(text).not.toContain("canary-7f3a");
        expect(code).not.toBe("internal");
      }),
      { numRuns: inputsEach },
    );
  });
}

test("a person who may not is told who may, in people's words", async () => {
  const refused = async (name: string) => {
    const operation = operations.get(name);
    if (!operation) throw new Error(`there is no ${name}`);
    return (await outcome(operation, viewer, sample(operation.input))).text;
  };
  expect(await refused("create_task")).toContain(
    "Only members, admins and owners may do this. You are here as viewer.",
  );
  expect(await refused("create_team")).toContain("Only admins and owners may do this.");
});

test("a foreign id and a missing one are answered with the same words", async () => {
  let compared = 0;
  for (const operation of operations.values()) {
    const keys = Object.keys(operation.input.shape).filter((key) => key === "task" || key.endsWith("Id"));
    for (const key of keys) {
      const known = key === "teamId" ? other.teamId : key === "repoId" ? newId() : foreign.task.id;
      const answers = await Promise.all(
        [known, newId()].map(async (id) => {
          const { code, text } = await outcome(operation, org.owner, { ...sample(operation.input), [key]: id });
          return { code, text: text.replaceAll(id, "ID") };
        }),
      );
      expect([operation.name, key, answers[0]]).toEqual([operation.name, key, answers[1]]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(10);
  const [count] = await db.execute<{ n: number }>(
    `select count(*)::int as n from tasks where org_id = '${other.orgId}'`,
  );
  expect(count?.n).toBe(1);
});

/** Something that passes a schema as far as its shape goes. */
function sample(schema: z.ZodObject): Record<string, unknown> {
  const [input = {}] = fc.sample(arbitraryOf(schema, { onlyRight: true }), { numRuns: 1, seed: 7 });
  return { ...input, ...("teamId" in schema.shape ? { teamId: org.teamId } : {}) };
}

/** Inputs after a schema: right, nearly right and hostile ones, mixed. */
function arbitraryOf(schema: z.ZodObject, { onlyRight = false } = {}): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const right = valuesOf(z.toJSONSchema(field as z.ZodType, { io: "input" }));
    return [name, onlyRight ? right : fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: hostile })];
  });
  const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>;
  return onlyRight ? fc.record(model) : fc.record(model, { requiredKeys: [] });
}

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything(),
  fc.constantFrom(
    null,
    "",
    "\u0000",
    "\ud800",
    "'; drop table tasks; --",
    "../../etc/passwd",
    -1,
    2 ** 53,
    "__proto__",
  ),
  fc.string({ unit: "binary", maxLength: 200 }),
);

function valuesOf(schema: z.core.JSONSchema.BaseSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (schema.format === "uuid") return fc.constantFrom(org.teamId, other.teamId, foreign.task.id, engineer.id, newId());
  if (schema.pattern) return fc.constantFrom("1", "#1", "999", org.teamId, foreign.task.id);
  if (schema.type === "integer") {
    const min = Math.max(schema.minimum ?? 0, -(2 ** 31));
    return fc.integer({ min, max: Math.max(min, Math.min(schema.maximum ?? 1000, 1000)) });
  }
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "array") {
    const items = typeof schema.items === "object" && !Array.isArray(schema.items) ? schema.items : {};
    return fc.array(valuesOf(items), { maxLength: 3 });
  }
  if (schema.type === "object") {
    const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      valuesOf(typeof property === "boolean" ? {} : property),
    ]);
    return fc.record(Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>);
  }
  if (schema.type === "string") return fc.string({ unit: "grapheme", minLength: schema.minLength ?? 0, maxLength: 80 });
  return fc.jsonValue();
}
