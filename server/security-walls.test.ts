import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import type { Actor, Runtime } from "./context.ts";
import { getTask, listTasks } from "./tasks/operations.ts";
import { openTestRuntime } from "./test/fixtures.ts";
import { ask, canary, candidatesFor, openMatrix, placesOf, rowOf, withValue } from "./test/matrix.ts";
import { operations } from "./trpc/operations.ts";

// Each of the two walls between organizations alone: the policies of the database while the application asks for the other
// organization, then the application's own checks while the database has no policies at all.

const { runtime, db } = await openTestRuntime();
const matrix = await openMatrix(runtime);
const { ours, theirs, foreign, own } = matrix;
const every = [...operations.values()];
const inOrgs = every.filter(({ scope }) => scope !== "instance");
const briefly = (shape: object) => ("timeoutSeconds" in shape ? { timeoutSeconds: 0 } : {});
/** The full run has everybody try everything; the everyday one has them take turns. */
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const whoTries = (actors: readonly Actor[], nth: number) =>
  isFull ? actors : actors.filter((_, at) => at === nth % actors.length);

/** The application believes to be in the other organization; every transaction is held to ours, as the role of requests. */
const confined: Runtime = {
  ...runtime,
  db: new Proxy(db, {
    get(target, property, receiver) {
      if (property !== "transaction") return Reflect.get(target, property, receiver);
      return (work: (tx: Tx) => Promise<unknown>, options: object) =>
        db.transaction(async (tx) => work(confine(tx)), options);
    },
  }),
};
function confine(tx: Tx): Tx {
  return new Proxy(tx, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (property !== "execute" || typeof value !== "function") return value;
      return async (statement: ReturnType<typeof sql>) => {
        const rows: unknown = await tx.execute(statement);
        // Whatever the statement set: the policies look at this, and only at this.
        await tx.execute(
          sql`select set_config('role', 'entourage_app', true), set_config('app.org_id', ${ours.org.orgId}, true)`,
        );
        return rows;
      };
    },
  });
}

test("the seam holds: as the other organization's owner one sees the rows of ours only", async () => {
  const [inTheirs, inOurs] = await confined.db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.org_id', ${theirs.org.orgId}, true)`);
    const count = async (orgId: string) =>
      (await tx.execute<{ n: number }>(sql`select count(*)::int as n from tasks where org_id = ${orgId}`))[0]?.n;
    return [await count(theirs.org.orgId), await count(ours.org.orgId)];
  });
  expect(inTheirs).toBe(0);
  expect(inOurs).toBeGreaterThan(0);
  // Unconfined the same question brings the canary: the attempts below ask for something that is there.
  const unconfined = [
    await ask(runtime, listTasks, theirs.org.owner, { teamId: theirs.org.teamId }),
    await ask(runtime, getTask, theirs.org.owner, { task: theirs.ids.task }),
  ];
  for (const { text } of unconfined) expect(text).toContain(canary);
});

test.each(inOrgs.map((operation, nth) => ({ name: operation.name, operation, nth })))(
  "$name: with the policies alone, an application that asks for the other organization gets nothing of it",
  async ({ operation, nth }) => {
    const inputs = [rowOf(operation, foreign), ...attempts(operation)];
    for (const [at, input] of inputs.entries()) {
      for (const actor of whoTries([theirs.org.owner, theirs.agent], nth + at)) {
        const { text } = await ask(confined, operation, actor, { ...input, ...briefly(operation.input.shape) });
        expect(text).not.toContain(canary);
      }
    }
  },
);

test("with the policies alone nothing of the other organization was changed either", async () => {
  expect(await theirEventsBy([theirs.org.owner, theirs.agent])).toBe(eventsBefore);
});

test("without any policy every row of both organizations is seen", async () => {
  await db.execute(sql`do $$ declare t record; begin
    for t in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
      execute format('alter table %I no force row level security', t.relname);
      execute format('alter table %I disable row level security', t.relname);
    end loop; end $$`);
  const seen = await db.transaction(async (tx) => {
    await tx.execute(
      sql`select set_config('role', 'entourage_app', true), set_config('app.org_id', ${ours.org.orgId}, true)`,
    );
    return tx.execute<{ n: number }>(sql`select count(distinct org_id)::int as n from tasks`);
  });
  expect(seen[0]?.n).toBe(2);
});

test.each(every.map((operation, nth) => ({ name: operation.name, operation, nth })))(
  "$name: with the application's checks alone, nothing of another organization comes back",
  async ({ operation, nth }) => {
    const inputs = [rowOf(operation, own), rowOf(operation, foreign), ...attempts(operation)];
    for (const [at, input] of inputs.entries()) {
      for (const actor of whoTries([ours.org.owner, ours.agent, ours.member], nth + at)) {
        const { code, text } = await ask(runtime, operation, actor, { ...input, ...briefly(operation.input.shape) });
        expect(text).not.toContain(canary);
        expect(code, text).not.toBe("internal");
      }
    }
  },
);

test("with the checks alone nothing of the other organization was changed either", async () => {
  expect(await theirEventsBy([ours.org.owner, ours.agent, ours.member])).toBe(0);
});

/** Each thing of the other organization in each place of an input that names something. */
function attempts(operation: (typeof every)[number]) {
  return placesOf(operation).flatMap(({ path, name }) =>
    candidatesFor(name, foreign).map(([, id]) => withValue(operation, own, path, id)),
  );
}

async function theirEventsBy(actors: Actor[]): Promise<number> {
  const ids = `{${actors.map(({ id }) => id).join(",")}}`;
  const [row] = await db.execute<{ n: number }>(sql`select count(*)::int as n from events
    where org_id = ${theirs.org.orgId} and actor->>'id' = any(${ids}::text[])`);
  return row?.n ?? 0;
}
const eventsBefore = await theirEventsBy([theirs.org.owner, theirs.agent]);
