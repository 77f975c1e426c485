import type { PlanStatus } from "#db/enums.ts";

/** Every legal move of a plan. */
export const transitions = {
  draft: ["planning", "awaiting_approval", "cancelled"],
  planning: ["awaiting_approval", "draft", "cancelled"],
  awaiting_approval: ["planning", "executing", "cancelled"],
  executing: ["paused", "completed", "failed", "cancelled"],
  paused: ["executing", "completed", "cancelled"],
  failed: ["executing", "cancelled"],
  completed: [],
  cancelled: [],
} as const satisfies Record<PlanStatus, readonly PlanStatus[]>;

export function canMove(from: PlanStatus, to: PlanStatus): boolean {
  const next: readonly PlanStatus[] = transitions[from];
  return next.includes(to);
}
