import { setTimeout as delay } from "node:timers/promises";
import { connect } from "#db/client.ts";
import type { Actor, Runtime } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { execute } from "../../execute.ts";
import { newId } from "../../ids.ts";
import { recordUsageOperation } from "../../sessions/operations.ts";
import { checkBudgetOperation } from "../operations.ts";

/**
 * A process of its own that spends until there is no money left: sets an amount aside, "makes the call", reports what it
 * cost. A database that is away is asked again, under the same keys. Tells its parent what it spent.
 */
export interface SpenderOrder {
  url: string;
  actor: Omit<Actor, "permissions"> & { permissions: Actor["permissions"] extends ReadonlySet<infer P> ? P[] : never };
  sessionId: string;
  mostMicros: number;
}
export interface SpenderAnswer {
  calls: number;
  costMicros: number;
  refusals: number;
  /** How often the database was away. */
  failures: number;
}

/** Four tenths of a micro-dollar a token of the answer: `gemini-2.5-flash-lite`. */
const tokensFor = (micros: number) => Math.floor((micros * 10) / 4);

async function spendAll({ url, actor: told, sessionId, mostMicros }: SpenderOrder): Promise<SpenderAnswer> {
  const { db, close } = connect(url, { poolSize: 1, name: "entourage-spender" });
  const actor: Actor = { ...told, permissions: new Set(told.permissions) };
  // Nobody listens here: what is announced would be hints for others.
  const wake = { announce: () => {}, on: () => () => {}, heardSecondsAgo: () => 0, close: () => Promise.resolve() };
  const settings: Runtime["settings"] = {
    ...{
      dataDir: "/nonexistent",
      publicUrl: "http://localhost:3000",
      githubUrl: "https://github.com",
      repoRoots: [],
      trustedHosts: ["127.0.0.1", "localhost"],
      sandbox: "auto",
    },
    ...{ leaseSeconds: { driven: 15, external: 1800 }, gateOutputLimitBytes: 1_000, rateSignIn: 1_000, channelRate: 5 },
  };
  const runtime: Runtime = { db, wake, settings };
  const answer: SpenderAnswer = { calls: 0, costMicros: 0, refusals: 0, failures: 0 };

  async function insist<Output>(work: () => Promise<Output>): Promise<Output | AppError> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof AppError) return error;
        answer.failures++;
        await delay(50);
      }
    }
  }

  for (;;) {
    const micros = 4 * Math.ceil((Math.random() * mostMicros) / 4);
    const [requestId, idempotencyKey] = ["spender", newId()];
    const checked = await insist(() =>
      execute(
        checkBudgetOperation,
        runtime,
        actor,
        { sessionId, estimateMicros: micros, reserve: true },
        { requestId, idempotencyKey },
      ),
    );
    if (checked instanceof AppError) {
      answer.refusals++;
      if (checked.code !== "over_budget") throw checked;
      if (checked.details?.retryAfterSeconds === undefined) break;
      await delay(20);
      continue;
    }
    // Some calls cost less than was set aside, some a little more.
    const outputTokens = tokensFor(Math.max(4, micros * (0.5 + Math.random() * 0.6)));
    const usage = {
      sessionId,
      inputTokens: 0,
      outputTokens,
      reservationId: checked.reservation?.id,
      key: idempotencyKey,
    };
    const recorded = await insist(() => execute(recordUsageOperation, runtime, actor, usage, { requestId }));
    if (recorded instanceof AppError) throw recorded;
    answer.calls++;
    answer.costMicros += recorded.usage.costMicros;
  }
  await close();
  return answer;
}

process.on("message", (order: SpenderOrder) => {
  void spendAll(order).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
