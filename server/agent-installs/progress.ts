import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { findInstallable, type InstallableKind } from "./finding.ts";
import { silentSeconds } from "./service.ts";

const transact = <Result>(runtime: Runtime, work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, systemActor("", "installer"), { requestId: `install-${newId()}`, system: true }, work);

/** Kinds that wait to be installed, also those whose worker died. */
export async function listDueInstalls(runtime: Runtime): Promise<InstallableKind[]> {
  const rows = await transact(runtime, ({ tx }) =>
    tx.execute<{ kind: string }>(sql`select kind from agent_installs where status = 'requested'
      or (status = 'installing' and updated_at < now() - make_interval(secs => ${silentSeconds})) group by kind order by min(requested_at)`),
  );
  return rows.flatMap(({ kind }) => findInstallable(kind) ?? []);
}

/** Tells everybody who waits for a kind how far it is. */
export async function tellInstall(
  runtime: Runtime,
  kind: InstallableKind,
  told: { status: "installing" | "installed" | "failed"; detail: string; percent: number },
): Promise<void> {
  await transact(runtime, ({ tx }) =>
    tx.execute(sql`update agent_installs set status = ${told.status}, detail = ${told.detail.slice(0, 2_000)}, percent = ${told.percent}, updated_at = now()
      where kind = ${kind} and status in ('requested', 'installing')`),
  );
}
