import { z } from "zod";
import { id, text } from "../events/shapes.ts";

export const worktreeEvents = {
  "worktree.created": z.object({ repoId: id, branch: text, baseCommit: text }),
  /** `head` was the branch's last commit where the branch was deleted with it. */
  "worktree.removed": z.object({ head: text.nullable(), discardedCommits: z.int() }),
} as const;
