/** 45 ms, 1.2 s, 3 min: how long a tool took. */
export function tookWords(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1_000).toFixed(1)} s`;
  return `${Math.floor(durationMs / 60_000)} min ${Math.round((durationMs % 60_000) / 1_000)} s`;
}

/** The command of a tool that runs one; agents name it differently. */
export function commandOf(input: unknown): string | null {
  if (typeof input !== "object" || input === null || !("command" in input)) return null;
  const { command } = input;
  if (typeof command === "string") return command;
  return Array.isArray(command) ? command.join(" ") : null;
}

/** A path as one reads it: inside the workspace without the place at which the sandbox has it. */
export const pathWords = (path: string): string => (path.startsWith("/work/") ? path.slice("/work/".length) : path);

const mostShown = 20_000;

/** What went into a tool, as a person reads it: one value alone as it is, several by name. */
export function inputText(input: unknown): string {
  if (input === undefined || input === null) return "";
  const text = typeof input === "string" ? input : namedValues(input);
  return text.length > mostShown ? `${text.slice(0, mostShown)}\n… ${text.length - mostShown} more characters` : text;
}

function namedValues(input: object | number | boolean | bigint | symbol | (() => unknown)): string {
  if (typeof input !== "object") return String(input);
  const entries = Object.entries(input);
  if (entries.length === 0) return "";
  return entries
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}
