import { sql } from "drizzle-orm";
import { connect } from "#db/client.ts";
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
  const { db, close } = connect(databaseUrl, { poolSize: 1, name: "entourage-audit" });
  try {
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
