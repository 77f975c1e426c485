/** What was written apart by commas or spaces: numbers of tasks, tags. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}
