import type { TaskType } from "#db/enums.ts";

/** The types of tasks as people read them. */
export const typeLabel: Record<TaskType, string> = {
  feature: "Feature",
  bug: "Bug",
  chore: "Chore",
  docs: "Documentation",
  test: "Test",
  research: "Research",
  refactor: "Refactoring",
  analysis: "Analysis",
  integration: "Integration",
  asset: "Asset",
};
