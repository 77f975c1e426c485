import type { CheckpointDecision, CriterionState, VerificationVerdict } from "#db/enums.ts";
import type { Tone } from "#app/_ui/badge.tsx";

export const verdictWords: Record<VerificationVerdict, { label: string; tone: Tone }> = {
  passed: { label: "Passed", tone: "success" },
  gaps: { label: "Gaps", tone: "warning" },
  human_needed: { label: "A person must tell", tone: "info" },
};

export const stateWords: Record<CriterionState, string> = { met: "Met", unmet: "Not met", unclear: "Nobody can tell" };

export const decisionWords: Record<CheckpointDecision, string> = {
  retry: "let it be tried again",
  skip: "counted it as done",
  fail: "let it fail",
  take_over: "took it over",
};
