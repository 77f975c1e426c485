import { createHash } from "node:crypto";
import { cpus, freemem, hostname, loadavg, totalmem } from "node:os";
import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import type { Logger } from "../log.ts";
import { keepInstance, type Seen } from "./service.ts";

const everyMilliseconds = 30_000;

/**
 * Tells every 30 seconds what this process and its machine use, beside the rest of what the work stands on. Returns the way
 * to stop, which forgets it; one that was killed is forgotten by `forgetSilent`.
 */
export function tellOfProcess(
  runtime: Runtime,
  kind: "web" | "worker",
  log: Pick<Logger, "warn">,
): () => Promise<void> {
  const over = (work: (context: Context) => Promise<void>) =>
    inTransaction(runtime, systemActor("", kind), { requestId: `${kind}-${newId()}`, system: true }, work).catch(
      (error: unknown) => log.warn({ error }, "what this process uses could not be told; the next try is soon"),
    );
  const look = measureProcess(kind);
  let telling = over((context) => keepInstance(context, [look()]));
  const timer = setInterval(() => {
    telling = telling.then(() => over((context) => keepInstance(context, [look()])));
  }, everyMilliseconds);
  return async () => {
    clearInterval(timer);
    await telling;
    await over(
      async ({ tx }) => void (await tx.execute(sql`delete from instance_resources where name = ${nameOf(kind)}`)),
    );
  };
}

/** Forgets processes that told nothing for two minutes: they were killed, or their machine is gone. */
export async function forgetSilent({ tx }: Context): Promise<void> {
  await tx.execute(sql`delete from instance_resources
    where (name like 'web\\_%' or name like 'worker\\_%') and checked_at < now() - interval '2 minutes'`);
}

/** `/readyz` tells names to everybody, so no host stands in them. */
const nameOf = (kind: string): string =>
  `${kind}_${createHash("sha256").update(`${hostname()}\n${process.pid}`).digest("hex").slice(0, 6)}`;

function measureProcess(kind: string): () => Seen {
  let last = { at: performance.now(), use: process.cpuUsage() };
  return () => {
    const now = { at: performance.now(), use: process.cpuUsage() };
    const busyMs = (now.use.user + now.use.system - last.use.user - last.use.system) / 1_000;
    const cpuPercent = Math.round((100 * busyMs) / Math.max(1, now.at - last.at));
    last = now;
    const memoryBytes = process.memoryUsage.rss();
    const machine = { free: freemem(), total: totalmem(), load: loadavg()[0] ?? 0, cpus: cpus().length };
    return {
      ...{ name: nameOf(kind), status: "up" },
      detail: `${inWords(memoryBytes)} of memory, ${cpuPercent} % of a CPU. ${hostname()} has ${inWords(machine.free)} of ${inWords(machine.total)} memory free and a load of ${machine.load.toFixed(1)} on ${machine.cpus} CPUs.`,
      data: { memoryBytes, cpuPercent, machine },
    };
  };
}

/** A number of bytes for people: 340 MB, 1.2 GB. */
export function inWords(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes >= 1024 ? `${(megabytes / 1024).toFixed(1)} GB` : `${Math.round(megabytes)} MB`;
}
