import { fork } from "node:child_process";
import { once } from "node:events";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { audit } from "#server/audit/audit.ts";
import { isSound } from "#server/audit/finding.ts";
import { listBudgetsOperation, setBudget } from "#server/budgets/operations.ts";
import { expireReservations } from "#server/budgets/freeing.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { bookAbandonedCalls } from "#server/sessions/abandoned-calls.ts";
import { bookUsage } from "#server/sessions/usage.ts";
import { as } from "#server/test/fixtures.ts";
import { generous, openConversations, soon } from "./test/conversing.ts";

const { runtime, db, lab, run, open, url, address } = await openConversations();
const model = "anthropic/claude-sonnet-5-5";

test(
  "a call whose process is killed is booked once at all that was set aside, by whoever finds it, and late news changes nothing",
  generous,
  async () => {
    const { org, session, read } = await open({ prompt: "Hi." });
    const { budget } = await run(setBudget, org.owner, {
      sessionId: session.id,
      period: "life",
      capMicros: 10_000_000,
    });
    const { promise: never, resolve: answer } = Promise.withResolvers<{ text: string }>();
    lab.answerWith(() => never);
    const given = JSON.stringify({ config: runtime.config, web: address });
    const child = fork(new URL("./test/worker.ts", import.meta.url), [given], {
      ...{ execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    await vi.waitFor(() => expect(lab.requests.length).toBe(1), soon);
    child.kill("SIGKILL");
    await exited;
    answer({ text: "Nobody hears it." });
    const [held] = await db.execute<{
      id: string;
      micros: number;
    }>(sql`select id, micros::int as micros from reservations
    where org_id = ${org.orgId} and status = 'open' and is_call`);
    if (!held) throw new Error("nothing was set aside");
    expect(held.micros).toBeGreaterThan(0);
    expect(await bookAbandonedCalls(runtime), "its minute is not over").toBe(0);
    await db.execute(sql`update reservations set expires_at = clock_timestamp() where id = ${held.id}`);
    await inTransaction(runtime, systemActor("", "money"), { requestId: "test", system: true }, expireReservations);
    const found = await Promise.all(Array.from({ length: 4 }, () => bookAbandonedCalls(runtime)));
    expect(found.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await read()).toMatchObject({ calls: 1, costMicros: held.micros, inputTokens: 0, outputTokens: 0 });
    const usage =
      await db.execute(sql`select u.estimated, u.key, u.cost_micros::int as cost, l.kind from usage_records u
    join ledger l on l.org_id = u.org_id and l.usage_id = u.id and l.budget_id = ${budget.id} where u.org_id = ${org.orgId}`);
    expect(usage).toEqual([{ estimated: true, key: held.id, cost: held.micros, kind: "estimated" }]);

    // One that was only slow, and says at last what it used.
    const used = { inputTokens: 7, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const late = await as(runtime, systemActor(org.orgId, "sessions"), (context) =>
      bookUsage(context, { sessionId: session.id, reservationId: held.id, key: held.id, model, ...used }),
    );
    expect(late).toMatchObject({ costMicros: held.micros, uncoveredMicros: 0 });
    expect(await read()).toMatchObject({ calls: 1, costMicros: held.micros });
    const { budgets } = await run(listBudgetsOperation, org.owner, {});
    expect(budgets.find(({ id }) => id === budget.id)).toMatchObject({ settledMicros: held.micros, reservedMicros: 0 });
    const findings = await audit({ databaseUrl: url, dataDir: runtime.settings.dataDir });
    expect(findings.filter((finding) => !isSound(finding))).toEqual([]);
  },
);
