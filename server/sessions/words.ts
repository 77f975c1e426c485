import type { SessionUpdate } from "./schema.ts";

const mostCharacters = 160;

/** What an agent does at this moment, as one line for whoever looks on; null for what says nothing of it. */
export function lineOf(update: SessionUpdate): string | null {
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

function lastLine(text: string): string | null {
  const line = text.trimEnd().split("\n").at(-1)?.trim() ?? "";
  if (line === "") return null;
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`;
}
