import type { MergeStrategy, RepoSource } from "#db/enums.ts";

export const strategyWords: Record<MergeStrategy, { label: string; does: string }> = {
  merge: { label: "Merge commit", does: "Keeps the commits of the branch and joins them with one more." },
  squash: { label: "Squash", does: "One commit per task." },
  rebase: { label: "Rebase", does: "Puts the commits of the branch on top, one by one." },
};

export const sourceWords: Record<RepoSource, string> = {
  hosted: "Hosted here",
  url: "From a URL",
  local: "A path of the server",
  sample: "Hosted here, of the sample",
  demonstration: "Hosted here, of a demonstration",
};
