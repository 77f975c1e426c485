import { stripVTControlCharacters, styleText } from "node:util";
import stringWidth from "string-width";

/** Where data and talk go: data on stdout, for pipes; talk on stderr, for people. */
export interface Output {
  /** One value: JSON on a line with `--json`, what `tell` makes of it for people. */
  data(value: unknown, tell: () => string): void;
  /** Said to people only. */
  talk(text: string): void;
  /** What goes on just now, on a terminal only; nothing takes it away again. */
  progress(text?: string): void;
  bold(text: string): string;
  dim(text: string): string;
}

/**
 * @param json Data as JSON, a value a line.
 */
export function openOutput({
  json,
  stdout = process.stdout,
  stderr = process.stderr,
}: {
  json: boolean;
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
}): Output {
  const style = (format: "bold" | "dim") => (text: string) => styleText(format, text, { stream: stdout });
  return {
    data: (value, tell) => void stdout.write(json ? `${JSON.stringify(value)}\n` : `${tell()}\n`),
    talk: (text) => void stderr.write(`${text}\n`),
    progress: (text = "") => {
      if (stderr.isTTY) stderr.write(`\r\u001b[2K${text}`);
    },
    bold: style("bold"),
    dim: style("dim"),
  };
}

/** Text of others as it may stand on a terminal: no control sequence in it moves, hides or copies anything. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g,
    "�",
  );
}

/** Rows in columns as wide as their widest cell; the last one is cut to the width of the terminal. */
export function columns(rows: readonly (readonly string[])[], width = process.stdout.columns): string {
  const cells = rows.map((row) => row.map((cell) => plain(cell).replaceAll(/\s+/g, " ")));
  const widths = (cells[0] ?? []).map((_cell, column) =>
    Math.max(...cells.map((row) => stringWidth(row[column] ?? ""))),
  );
  return cells
    .map((row) => {
      const line = row
        .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
        .join("  ")
        .trimEnd();
      return width ? cut(line, width) : line;
    })
    .join("\n");
}

function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  let kept = "";
  for (const character of line) {
    if (stringWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
