import { connect } from "#db/client.ts";
import type { Runtime } from "#server/context.ts";
import { startWake } from "#server/events/wake.ts";
import { openSecrets } from "#server/keyring.ts";
import { createLogger } from "#server/log.ts";
import { takeAnswered } from "#server/turns/service.ts";
import { startReaper } from "../../dispatch/reaper.ts";
import { startTurns } from "../../dispatch/turns.ts";
import { settleEnded } from "../../plans/part.ts";
import { startRounds } from "../../rounds.ts";
import { openExecutor } from "../executor.ts";

/** A worker's executor in a process of its own, to be killed at any moment. Stops when its parent hangs up. */
// A database that is away when it starts ends it, as any worker: another follows.
process.on("uncaughtException", () => process.exit(1));
process.on("disconnect", () => process.exit(0));
const { url, settings }: { url: string; settings: Runtime["settings"] } = JSON.parse(process.argv[2] ?? "");
const { sql, db } = connect(url, { poolSize: 6, name: "entourage-executor-test" });
const wake = await startWake({ url, sql, pollSeconds: 0.5, onError: () => undefined });
const runtime: Runtime = { db, wake, settings };
const log = createLogger("executor-test");
log.level = "silent";
const secrets = openSecrets(settings.dataDir);
const executor = openExecutor({ runtime, secrets, log });
startTurns(runtime, {
  ...{ limit: 32, drivers: { model: executor.drive }, isResting: executor.isResting, onError: () => undefined },
  takeWaiting: async (context, most) =>
    (await takeAnswered(context, most)).map((grant) => ({ grant, kind: "model" as const })),
});
const plans = startRounds(log, () => settleEnded(runtime));
setInterval(plans.ask, 500);
startReaper(runtime, { everyMs: 500, onError: () => undefined });
process.send?.("ready");
