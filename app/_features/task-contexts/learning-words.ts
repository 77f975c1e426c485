import type { LearningKind } from "#db/enums.ts";

export const learningWords: Record<LearningKind, { label: string; means: string }> = {
  constraint: { label: "Constraint", means: "It must hold." },
  decision: { label: "Decision", means: "It was chosen, and why." },
  discovery: { label: "Discovery", means: "It turned out so." },
  reference: { label: "Reference", means: "Where to look." },
  gotcha: { label: "Gotcha", means: "It bites whoever does not know it." },
  architecture: { label: "Architecture", means: "How it hangs together." },
};
