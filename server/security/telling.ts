import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { addRefusal, type Refused, tellGroupsOf, togetherAfter } from "./refusals.ts";

/**
 * Tells the audit that an action was refused: the first time at once, after that in groups. In a transaction of its own,
 * since the refusal itself is often no commit; where the database is away the refusal stands all the same.
 */
export async function tellRefused(runtime: Runtime, orgId: string, refused: Refused): Promise<void> {
  if (!orgId) return;
  const options = { requestId: `refused-${newId()}` };
  await inTransaction(runtime, systemActor(orgId, "security"), options, (context) =>
    addRefusal(context, refused),
  ).catch(() => undefined);
}

/**
 * Tells together what was refused again since it was told, and forgets what was not. Any number of workers may do it at
 * once. @returns how many groups were told.
 */
export async function tellGroups(runtime: Runtime): Promise<number> {
  const system = systemActor("", "security");
  const due = await inTransaction(runtime, system, { requestId: `refused-${newId()}`, system: true }, ({ tx }) =>
    tx.execute<{ orgId: string }>(sql`select distinct org_id as "orgId" from refusal_groups
      where told_at <= clock_timestamp() - ${togetherAfter}::interval limit 100`),
  );
  let told = 0;
  for (const { orgId } of due)
    told += await inTransaction(
      runtime,
      systemActor(orgId, "security"),
      { requestId: `refused-${newId()}` },
      tellGroupsOf,
    );
  return told;
}
