import { readFileSync } from "node:fs";
import { join } from "node:path";

export const serverInfo = { name: "entourage", title: "Entourage", version: "0.1.0" };

/** How to work here, told to every agent when it connects. Every process starts in the project's folder. */
export const instructions = readFileSync(join(process.cwd(), "mcp", "instructions.md"), "utf8").trim();
