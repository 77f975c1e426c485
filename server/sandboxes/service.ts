import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { readCaches, readSandbox } from "./queries.ts";

/** A sandbox that no worker has seen for so long has none: there is nobody to do what is asked. */
const silentSeconds = 180;

/**
 * Has the worker beside a sandbox end it: programs in it are asked to end, then made to. Files stay. To remove forgets
 * the sandbox too; whoever needs it next makes another.
 * @throws AppError not_found; conflict for one that does not run (stop), or whose machine is silent.
 */
export async function askForEnd(context: Context, id: string, asked: "stop" | "remove"): Promise<void> {
  const { tx, actor, hints } = context;
  const found = await readSandbox(context, id);
  if (asked === "stop" && found.status !== "running")
    throw new AppError("conflict", "This sandbox does not run. remove_sandbox forgets it.");
  const [row] = await tx.execute<{ isSilent: boolean; asked: string | null }>(sql`select asked,
      seen_at < now() - make_interval(secs => ${silentSeconds}) as "isSilent" from sandboxes
    where org_id = ${actor.orgId} and id = ${id} for update`);
  // Its worker has just removed it.
  if (!row || row.asked === asked || row.asked === "remove") return;
  if (row.isSilent && asked === "stop")
    throw new AppError("conflict", `No worker runs on ${found.host}. remove_sandbox forgets what was there.`);
  const name = found.session?.name ?? found.workspace?.name ?? id;
  await record(context, asked === "stop" ? "sandbox.stopped" : "sandbox.removed", [{ subject: id, data: { name } }]);
  if (row.isSilent) {
    await tx.execute(sql`delete from sandboxes where org_id = ${actor.orgId} and id = ${id}`);
    return;
  }
  await tx.execute(sql`update sandboxes set asked = ${asked} where org_id = ${actor.orgId} and id = ${id}`);
  hints.push({ topic: "sandboxes_asked", orgId: actor.orgId });
}

/** Has the workers empty a cache. What is being installed from it meanwhile may fail, and is fetched anew. */
export async function clearCache(context: Context, id: string): Promise<void> {
  const { tx, actor, hints } = context;
  const [cache] = await readCaches(context, sql`c.id = ${id}`);
  if (!cache) throw new AppError("not_found", `There is no cache ${id} here. list_caches shows yours.`);
  const asked = await tx.execute(sql`update caches set clear_asked_at = now()
    where org_id = ${actor.orgId} and id = ${id} and clear_asked_at is null returning 1`);
  if (asked.length === 0) return;
  await record(context, "cache.cleared", [
    { subject: id, team: cache.team.id, data: { name: cache.repo?.name ?? cache.team.name } },
  ]);
  hints.push({ topic: "sandboxes_asked", orgId: actor.orgId });
}
