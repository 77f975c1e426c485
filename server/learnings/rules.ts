import { type LearningKind, learningKinds } from "#db/enums.ts";

/** Words agents use besides the names of the kinds. */
const synonyms: Record<string, LearningKind> = {
  decided: "decision",
  choice: "decision",
  caveat: "gotcha",
  pitfall: "gotcha",
  warning: "gotcha",
  watch_out: "gotcha",
  must: "constraint",
  requirement: "constraint",
  found: "discovery",
  finding: "discovery",
  learned: "discovery",
  see: "reference",
  design: "architecture",
};

const mostLearned = 20;

/**
 * What can be learned from an agent's own notes, without a model: lines that say what they are, as `Decision: …`,
 * `- **Gotcha:** …` or `[constraint] …`.
 */
export function learnedFrom(notes: string): { kind: LearningKind; body: string }[] {
  const found: { kind: LearningKind; body: string }[] = [];
  for (const line of notes.split("\n")) {
    if (line.length > 2_500) continue;
    const [, word = "", body = ""] =
      /^\s{0,8}(?:[-*+]\s+|\d{1,3}[.)]\s+|#{1,6}\s+)?(?:\*\*|__)?\[?([A-Za-z][A-Za-z_ ]{2,20}?)\]?(?:\*\*|__)?\s*(?::|\]|[–—])\s*(?:\*\*|__)?\s*(\S.*)$/.exec(
        line,
      ) ?? [];
    const kind = kindOf(word);
    const text = body
      .replace(/^[\]\s]+/, "")
      .trim()
      .slice(0, 2_000);
    if (kind && text.length >= 8) found.push({ kind, body: text });
  }
  return found.slice(0, mostLearned);
}

function kindOf(word: string): LearningKind | undefined {
  const name = word.trim().toLowerCase().replaceAll(" ", "_");
  const one = learningKinds.find((kind) => kind === name || `${kind}s` === name);
  return one ?? (Object.hasOwn(synonyms, name) ? synonyms[name] : undefined);
}
