/** A piece of a text, small enough for one vector. */
export interface Chunk {
  firstLine: number;
  lastLine: number;
  body: string;
}

/** About 240 tokens: what the local model reads of a text. */
const mostCharacters = 960;
/** A chunk that is at least so long ends where something new begins. */
const enoughCharacters = 400;
const mostChunks = 2_000;

/** Cuts a text into chunks along its lines: where a heading, a blank line or a definition begins, else where one is full. */
export function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let length = 0;
  let firstLine = 1;
  const close = (nextLine: number) => {
    const body = lines.join("\n").trim();
    if (body) chunks.push({ firstLine, lastLine: nextLine - 1, body });
    lines = [];
    length = 0;
    firstLine = nextLine;
  };
  for (const [at, line] of text.replaceAll("\0", "").toWellFormed().split("\n").entries()) {
    if (chunks.length >= mostChunks) break;
    const number = at + 1;
    if (length + line.length > mostCharacters || (length >= enoughCharacters && beginsAnew(line))) close(number);
    // A line that is longer than a chunk (minified, or prose without breaks) is cut.
    for (let from = 0; from < line.length || from === 0; from += mostCharacters) {
      if (from > 0) close(number);
      lines.push(line.slice(from, from + mostCharacters));
      length += Math.min(line.length - from, mostCharacters) + 1;
      if (chunks.length >= mostChunks) break;
    }
  }
  close(text.split("\n").length + 1);
  return chunks.slice(0, mostChunks);
}

/** A heading of Markdown, a blank line, or what looks like a definition at the left margin. */
function beginsAnew(line: string): boolean {
  return (
    line === "" ||
    /^(#{1,6} |export |async |function |class |def |fn |func |type |interface |pub |const |impl |\/\*\*)/.test(line)
  );
}
