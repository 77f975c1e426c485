import type { SessionUpdate } from "./schema.ts";

const mostCharacters = 160;

/** What an agent does at this moment, as one line for whoever looks on; null for what says nothing of it. */
function lineOf(update: SessionUpdate): string | null {
  switch (update.kind) {
    case "text":
    case "thought":
      return lastLine(update.text);
    case "tool":
      return update.title === "" ? null : lastLine(update.title.split("\n")[0] ?? "");
    case "permission":
      return update.status === "pending" ? `Asks: ${lastLine(update.title) ?? ""}` : null;
    case "question":
      return update.status === "pending" ? `Asks: ${lastLine(update.text) ?? ""}` : null;
    case "error":
      return lastLine(update.message);
    default:
      return null;
  }
}

/** The same of the last of what was told, the newest first: pieces of one text in a row are read as one. */
export function lineOfLast(told: readonly SessionUpdate[]): string | null {
  for (let place = 0; place < told.length; place++) {
    const update = told[place];
    if (!update) break;
    if (update.kind !== "text" && update.kind !== "thought") {
      const line = lineOf(update);
      if (line) return line;
      continue;
    }
    let { text } = update;
    for (let before = told[place + 1]; before?.kind === update.kind; before = told[place + 1]) {
      text = before.text + text;
      place++;
    }
    const line = lastLine(lastSentence(text));
    if (line) return line;
  }
  return null;
}

/** Of a long paragraph the end is what is new; a sentence that has only begun says nothing without the one before it. */
function lastSentence(text: string): string {
  const sentences = text.trimEnd().split(/(?<=[.!?]\s)/);
  const [before = "", last = ""] = [sentences.at(-2), sentences.at(-1)];
  return last.length < 24 && !before.endsWith("\n") ? before + last : last;
}

function lastLine(text: string): string | null {
  const line = text.trimEnd().split("\n").at(-1)?.trim() ?? "";
  if (line === "") return null;
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`;
}
