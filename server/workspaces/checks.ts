import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** What is run in a working copy besides its work, each a shell script; empty: nothing. */
export interface WorkspaceChecks {
  /** After a turn of an agent that changed files. */
  turnCheck: string;
  /** Before a commit. */
  commitCheck: string;
}

/** The checks of the repository that a working copy is of, as they are now; none for one of no repository. */
export async function readChecks({ tx, actor }: Context, workspaceId: string | null): Promise<WorkspaceChecks> {
  if (!workspaceId) return { turnCheck: "", commitCheck: "" };
  const [found] = await tx.execute<WorkspaceChecks & Record<string, unknown>>(sql`
    select r.turn_check as "turnCheck", r.commit_check as "commitCheck"
      from workspaces w join repos r on r.org_id = w.org_id and r.id = w.repo_id
     where w.org_id = ${actor.orgId} and w.id = ${workspaceId}`);
  return found ?? { turnCheck: "", commitCheck: "" };
}
