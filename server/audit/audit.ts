import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { connect, type Sql } from "#db/client.ts";
import { checkDatabase } from "./database-checks.ts";
import type { Finding } from "./finding.ts";
import { checkFold } from "./fold-check.ts";
import { checkRepositories } from "./git-checks.ts";
import { checkLeftovers } from "./leftovers.ts";

export interface AuditOptions {
  databaseUrl: string;
  dataDir: string;
  /** There should be tasks, leases and merges: an empty table is a fault. */
  expectWork?: boolean;
}

/** Checks every promise that state can show, over all organizations, in one snapshot. Changes nothing. */
export async function audit({ databaseUrl, dataDir, expectWork = false }: AuditOptions): Promise<Finding[]> {
  const { sql: client, db, close } = connect(databaseUrl, { poolSize: 1, name: "entourage-audit" });
  try {
    await untilItAnswers(client);
    const inOneSnapshot = await db.transaction(
      async (tx) => {
        await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
        const hasMerges = (await tx.execute(sql`select 1 from merge_jobs where status = 'merged' limit 1`)).length > 0;
        return [
          ...(await checkDatabase(tx, { expectWork })),
          ...(await checkRepositories(tx, dataDir, { expectMerges: expectWork || hasMerges })),
          await checkLeftovers(tx, dataDir),
        ];
      },
      { isolationLevel: "repeatable read" },
    );
    return [...inOneSnapshot, await checkFold(databaseUrl)];
  } finally {
    await close();
  }
}

const patienceMs = 15_000;

/** A database that is coming back (after a kill, a restart) is waited for; one that stays away is said so in words. */
async function untilItAnswers(client: Sql): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await delay(200)) {
    try {
      await client`select 1`;
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() > deadline) throw new Error(`The database does not answer: ${reason}`, { cause: error });
    }
  }
}
