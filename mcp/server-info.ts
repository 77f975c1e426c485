import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How to work here, told to every agent when it connects. Every process of the server starts in the project's folder. */
export const instructions = readFileSync(join(process.cwd(), "mcp", "instructions.md"), "utf8").trim();
