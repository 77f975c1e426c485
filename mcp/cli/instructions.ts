import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How agents work here. It stands beside the folder of this program, in the project as in its package. */
export const readInstructions = (): string =>
  readFileSync(join(import.meta.dirname, "..", "instructions.md"), "utf8").trim();
