/** The names that somebody who wrote `wanted` probably meant, best first, three at most. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const asked = wordsOf(wanted);
  return names
    .map((name) => ({ name, score: likeness(asked, wordsOf(name)) }))
    .filter(({ score }) => score > 0.34)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Words that are said for each other. */
const sameMeaning = [
  ["question", "title", "prompt"],
  ["operation", "tool", "name"],
  ["query", "search", "q", "words"],
  ["text", "content", "message", "markdown", "note", "body"],
  ["arguments", "args", "parameters", "params", "input"],
  ["description", "details", "context", "detail"],
  ["choices", "options"],
  ["filename", "file", "path"],
  ["comment", "why", "reason"],
  ["id", "number", "task"],
];

/** The one of `names` that somebody who wrote `wanted` meant: by another word for the same, else by words they share. */
export function meantName(wanted: string, names: readonly string[]): string | undefined {
  const said = sameMeaning.find((words) => words.includes(wanted.toLowerCase())) ?? [];
  return said.toReversed().find((word) => names.includes(word)) ?? nearNames(wanted, names)[0];
}

/** `listTasks`, `tasks.list` and `list-tasks` are the same words; a plural is its singular. */
const wordsOf = (name: string) =>
  new Set(
    name
      .slice(0, 80)
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter(Boolean)
      .map((word) => word.replace(/s$/, "")),
  );

function likeness(one: Set<string>, other: Set<string>): number {
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared / (one.size + other.size - shared);
}
