/**
 * Markdown cut where one part cannot change another, so that text which is still being written renders only its last
 * part anew: at blank lines outside of code, before a line that goes on with no list, quote or table.
 * @returns the parts in order; joined by blank lines they are the text.
 */
export function markdownBlocks(text: string): string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | null = null;
  let isAfterBlank = false;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (isAfterBlank && fence === null && beginsAnew(line) && block.length > 0) {
      blocks.push(block.join("\n"));
      block = [];
    }
    if (mark && fence === null) fence = mark;
    else if (fence !== null && mark && closes(fence, mark, line)) fence = null;
    isAfterBlank = fence === null && line.trim() === "";
    block.push(line);
  }
  if (block.length > 0) blocks.push(block.join("\n"));
  return blocks.map((one) => one.replace(/\n+$/, "")).filter((one) => one !== "");
}

/** A line at the margin that is no item, quote or row: whatever stood before is over. */
const beginsAnew = (line: string) => /^\S/.test(line) && !/^([-*+>|]|\d+[.)])/.test(line);

const closes = (fence: string, mark: string, line: string) =>
  mark.startsWith(fence.charAt(0)) && mark.length >= fence.length && line.trim() === mark;

/**
 * The last part of a text that is still being written, with what is open closed: no asterisks that turn into bold a
 * moment later, no address of a link before its end.
 */
export function closeOpenMarks(block: string): string {
  if (/^ {0,3}(`{3,}|~{3,})/m.test(block)) return block;
  const shown = block.replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1").replace(/!?\[([^\]\n]*)$/, "$1");
  const lastLine = shown.slice(shown.lastIndexOf("\n\n") + 1);
  const ticks = lastLine.match(/`/g)?.length ?? 0;
  if (ticks % 2 === 1) return `${shown}\``;
  const bold = lastLine.match(/\*\*/g)?.length ?? 0;
  if (bold % 2 === 1) return shown.endsWith("**") ? shown.slice(0, -2) : `${shown.trimEnd()}**`;
  return shown;
}
