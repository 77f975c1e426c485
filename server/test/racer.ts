import { connect } from "#db/client.ts";
import type { Actor, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { startWake } from "../events/wake.ts";
import { execute } from "../execute.ts";
import { claimTask, heartbeat, releaseTask } from "../leases/operations.ts";
import { changeStatus, updateTask } from "../tasks/operations.ts";

/** A process of its own with a pool of its own, which does what its parent tells it and answers how that went. */
const operations = { claimTask, heartbeat, releaseTask, changeStatus, updateTask };

export interface RacerOrder {
  operation: keyof typeof operations;
  input: unknown;
}
export type RacerAnswer = { ok: true; output: unknown } | { ok: false; code: string; message: string };

const [, , url = "", agent = ""] = process.argv;
const parsed: Omit<Actor, "permissions"> & {
  permissions: Actor["permissions"] extends ReadonlySet<infer P> ? P[] : never;
} = JSON.parse(agent);
const actor: Actor = { ...parsed, permissions: new Set(parsed.permissions) };
const { db, sql } = connect(url, { poolSize: 2, name: "entourage-racer" });
const runtime: Runtime = {
  db,
  wake: await startWake({ url, sql }),
  settings: {
    dataDir: "/nonexistent",
    publicUrl: "http://localhost:3000",
    rateSignIn: 100_000,
    githubUrl: "https://github.com",
    leaseSeconds: { driven: 15, external: 1800 },
    repoRoots: [],
    trustedHosts: ["127.0.0.1", "localhost"],
    sandbox: "auto",
    gateOutputLimitBytes: 200_000,
    channelRate: 5,
  },
};

async function obey({ operation, input }: RacerOrder): Promise<RacerAnswer> {
  try {
    // One of several operations: each checks its own input.
    const output = await execute(operations[operation] as typeof claimTask, runtime, actor, input, {
      requestId: "race",
    });
    return { ok: true, output };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, code: error.code, message: error.message };
    return { ok: false, code: "bug", message: String(error) };
  }
}

process.on("message", (order: RacerOrder) => void obey(order).then((answer) => process.send?.(answer)));
process.on("disconnect", () => process.exit());
process.send?.("ready");
