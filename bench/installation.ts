import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrate } from "#db/migrate.ts";
import { users } from "#db/schema/identity.ts";
import { addAgent } from "#server/agents/service.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { startWake } from "#server/events/wake.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { createOrganization } from "#server/organizations/service.ts";
import { createTeam } from "#server/teams/service.ts";

/** A PostgreSQL of the bench's own, as durable as the product's (fsync on), with the product's tables. */
export async function openBench(poolSize = 10) {
  const directory = mkdtempSync(join(tmpdir(), "entourage-bench-"));
  const postgres = await startEmbeddedPostgres(
    join(directory, "postgres"),
    JSON.parse(process.env.BENCH_POSTGRES ?? "{}"),
  );
  await migrate(postgres.url);
  const opened = await openRuntimeOn(postgres.url, directory, poolSize);
  return {
    ...opened,
    url: postgres.url,
    async close() {
      await opened.close();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A runtime as the product's processes have one, on a database that is there already. */
export async function openRuntimeOn(url: string, dataDir: string, poolSize = 10) {
  const { sql: client, db, close } = connect(url, { poolSize, name: "entourage-bench" });
  const wake = await startWake({ url, sql: client });
  const runtime: Runtime = {
    db,
    wake,
    settings: {
      dataDir,
      publicUrl: "http://localhost:3000",
      rateSignIn: 100_000,
      githubUrl: "https://github.com",
      leaseSeconds: { driven: 15, external: 1800 },
      repoRoots: [],
      trustedHosts: ["127.0.0.1", "localhost"],
      sandbox: "auto",
      gateOutputLimitBytes: 200_000,
      channelRate: 1000,
    },
  };
  return {
    runtime,
    client,
    close: async () => {
      await wake.close();
      await close();
    },
  };
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

export const as = <Result>(runtime: Runtime, orgId: string, work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, systemActor(orgId, "bench"), { requestId: "bench", system: orgId === "" }, work);

/** An organization with a team and one agent that the worker drives, with so many slots. */
export async function addOrg(runtime: Runtime, slots: number) {
  const ownerId = newId();
  await runtime.db
    .insert(users)
    .values({ id: ownerId, email: `${ownerId}@example.org`, name: "Bench", createdAt: new Date() });
  const { orgId } = await as(runtime, "", (context) =>
    createOrganization(context, { name: `Bench ${ownerId.slice(-8)}`, ownerId }),
  );
  return as(runtime, orgId, async (context) => {
    const { teamId } = await createTeam(context, { name: "Bench", maxConcurrent: 100_000 });
    const agentId = await addAgent(context, { teamId, name: "bench", role: "engineer", runtime: "model", slots });
    return { orgId, teamId, agentId };
  });
}

/** What the server wrote between two looks: transactions and WAL bytes. */
export async function writtenBy(client: Bench["client"], work: () => Promise<unknown>) {
  const look = async () => {
    const [row] = await client<
      { lsn: string; xid: string }[]
    >`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as lsn, pg_current_xact_id()::text as xid`;
    return { lsn: Number(row?.lsn), xid: Number(row?.xid) };
  };
  const before = await look();
  await work();
  const after = await look();
  return { walBytes: after.lsn - before.lsn, writeTransactions: after.xid - before.xid - 1 };
}
