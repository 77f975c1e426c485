import { readFileSync } from "node:fs";
import { CliFailure, exits } from "./failure.ts";
import { readAll } from "./stdin.ts";

/** The text of a file; `-` is standard input. @throws CliFailure when it cannot be read. */
export async function readInput(file: string): Promise<string> {
  if (file === "-") return readAll();
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliFailure(exits.usage, `${file} cannot be read: ${error instanceof Error ? error.message : "unknown"}`);
  }
}

/** @param of What the text is, for the refusal. @throws CliFailure when it is not JSON. */
export function parseJson(text: string, of: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliFailure(exits.usage, `${of} is not JSON: ${text.slice(0, 80)}`);
  }
}
