import type { WorkspaceStatus } from "#db/enums.ts";
import { AppError } from "../errors.ts";

/** Everything that may follow; all else is refused. */
const workspaceTransitions = {
  initializing: ["ready", "error", "removed"],
  ready: ["initializing", "removed"],
  error: ["initializing", "removed"],
  removed: [],
} as const satisfies Record<WorkspaceStatus, readonly WorkspaceStatus[]>;

/** @throws AppError conflict that says what is possible instead. */
export function requireTransition(workspace: { name: string; status: WorkspaceStatus }, to: WorkspaceStatus): void {
  const next: readonly WorkspaceStatus[] = workspaceTransitions[workspace.status];
  if (next.includes(to)) return;
  const what = next.length > 0 ? `From there it can become ${next.join(" or ")}.` : "It stays so; make a new one.";
  throw new AppError("conflict", `The workspace ${workspace.name} is ${workspace.status}, not to be ${to}. ${what}`);
}
