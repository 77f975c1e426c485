import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTask } from "../tasks/finding.ts";
import type { contextResult, getContextInput } from "./schema.ts";

type Result = z.output<typeof contextResult>;

/** What was left for the next one on a task: the newest version, or the named one. */
export async function readContext(
  context: Context,
  { task: ref, version }: z.output<typeof getContextInput>,
): Promise<Result> {
  const { tx, actor } = context;
  const task = await findTask(context, ref);
  const versions = await tx.execute<Result["versions"][number] & Record<string, unknown>>(sql`
    select version, saved_by as "savedBy", ${isoTime(sql`saved_at`)} as "savedAt" from task_contexts
     where org_id = ${actor.orgId} and task_id = ${task.id} order by version desc`);
  const [saved] = await tx.execute<NonNullable<Result["context"]> & Record<string, unknown>>(sql`
    select version, body, saved_by as "savedBy", ${isoTime(sql`saved_at`)} as "savedAt" from task_contexts
     where org_id = ${actor.orgId} and task_id = ${task.id} ${version ? sql`and version = ${version}` : sql``}
     order by version desc limit 1`);
  if (version && !saved) {
    const kept = versions.map((each) => each.version).join(", ") || "none";
    throw new AppError("not_found", `#${task.number} has no version ${version} of its context. Kept are: ${kept}.`);
  }
  return { context: saved ?? null, versions };
}
