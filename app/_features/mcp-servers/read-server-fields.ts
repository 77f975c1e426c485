import type { Transport } from "./server-fields.tsx";

/** The fields of a server as the operations take them. Lines without a name are refused, so that nothing is lost silently. */
export function readServerFields(fields: FormData, transport: Transport) {
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const lines = (name: string) =>
    text(name)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const place = transport === "http" ? { url: text("url") } : { command: text("command"), args: lines("args") };
  return { ...place, secrets: Object.fromEntries(lines("secrets").map(readLine)) };
}

function readLine(line: string): [string, string] {
  const at = line.search(/[=:]/);
  if (at < 1) throw new Error(`Write NAME=value on each line. “${line.slice(0, 20)}” has no name.`);
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
