import type { PlanDocument } from "./document.ts";

const mostSentences = 200;

/** The sentences of requirements, in order: what a plan says it covers counts from 1 through them. */
export function sentencesOf(requirements: string): string[] {
  return requirements
    .split(/\n+|(?<=[.!?])\s+(?=[\p{Lu}\p{N}"'“(])/u)
    .map((sentence) => sentence.replace(/^\s*(?:[-*•]|\d+[.)])\s+|^#+\s*/, "").trim())
    .filter((sentence) => /\p{L}/u.test(sentence))
    .slice(0, mostSentences);
}

/** One sentence, and the tasks that meet it: by their own word, or by sharing most of its words. */
export interface Covered {
  number: number;
  sentence: string;
  by: { key: string; title: string; how: "stated" | "words" }[];
}

/** Which sentence of the requirements is met by which task. */
export function coverageOf(requirements: string, { tasks }: PlanDocument): Covered[] {
  const words = tasks.map(({ title, description, acceptanceCriteria }) =>
    wordsOf([title, description, ...acceptanceCriteria].join(" ")),
  );
  return sentencesOf(requirements).map((sentence, index) => {
    const number = index + 1;
    const stated = tasks.filter(({ covers }) => covers.includes(number));
    const by = stated.map(({ key, title }) => ({ key, title, how: "stated" as const }));
    if (by.length > 0) return { number, sentence, by };
    const wanted = wordsOf(sentence);
    const alike = tasks.filter((_, place) => shareOf(wanted, words[place] ?? new Set()) >= 0.6);
    return { number, sentence, by: alike.map(({ key, title }) => ({ key, title, how: "words" as const })) };
  });
}

function shareOf(wanted: ReadonlySet<string>, there: ReadonlySet<string>): number {
  if (wanted.size === 0) return 0;
  return [...wanted].filter((word) => there.has(word)).length / wanted.size;
}

const small = new Set(
  "the and for with that this from into must should shall can will are has have not all any".split(" "),
);

/** What a text speaks of: its longer words, without their endings. */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return new Set(words.filter((word) => !small.has(word)).map((word) => word.replace(/(?:ing|ed|es|s)$/, "")));
}
