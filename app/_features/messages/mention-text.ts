/** A mention that is being written: where its `@` stands, and what follows it so far. */
export type Mention = { start: number; query: string };

/** The mention that the caret stands in, if any: an `@` at the beginning of a word, and what was written since. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const before = text.slice(0, caret);
  const found = /(?<![\p{L}\p{N}_@.-])@([\p{L}\p{N}._-][\p{L}\p{N}._ -]{0,59})?$/u.exec(before);
  return found ? { start: found.index, query: found[1] ?? "" } : undefined;
}

/** Whose name begins so, or has a word that does; six at most. None when the whole name stands there already. */
export function matchesOf<Who extends { name: string }>(crew: readonly Who[], query: string): Who[] {
  const asked = query.toLowerCase();
  const rank = (name: string) => {
    const words = name.toLowerCase();
    return words.startsWith(asked) ? 0 : words.split(/[\s._-]+/).some((word) => word.startsWith(asked)) ? 1 : 2;
  };
  const found = crew.filter(({ name }) => rank(name) < 2).toSorted((a, b) => rank(a.name) - rank(b.name));
  return found.length === 1 && found[0]?.name.toLowerCase() === asked ? [] : found.slice(0, 6);
}

/** The text with a whole name in the place of what was written of it, and where the caret stands then. */
export function withMention(text: string, { start, query }: Mention, name: string): { text: string; caret: number } {
  const rest = text.slice(start + 1 + query.length);
  const mention = `@${name}${rest.startsWith(" ") ? "" : " "}`;
  return {
    text: `${text.slice(0, start)}${mention}${rest}`,
    caret: start + mention.length + (rest.startsWith(" ") ? 1 : 0),
  };
}
