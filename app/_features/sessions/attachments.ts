/** What one message may carry. */
const mostFiles = 10;
const mostBytes = 10 * 1024 * 1024;

/** What is chosen together with what comes, without what is too much. */
export function filesWithin(chosen: readonly File[], more: readonly File[]): File[] {
  return [...chosen, ...more.filter((file) => file.size <= mostBytes)].slice(0, mostFiles);
}

/** Why some of what comes is left out, in words; null when nothing is. */
export function refusedFiles(chosen: readonly File[], more: readonly File[]): string | null {
  const tooLarge = more.filter((file) => file.size > mostBytes);
  const [first] = tooLarge;
  if (first) {
    const others = tooLarge.length > 1 ? ` and ${tooLarge.length - 1} more` : "";
    return `${first.name}${others} ${tooLarge.length > 1 ? "are" : "is"} larger than 10 MB. Upload it under Files instead.`;
  }
  if (chosen.length + more.length > mostFiles) return `A message takes ${mostFiles} files at most.`;
  return null;
}

/** 12 B, 3.4 kB, 1.2 MB. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
