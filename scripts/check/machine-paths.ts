import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { listProjectFiles, type Outcome, ROOT } from "./command.ts";

/** A path that exists on one person's machine only. Paths of a system (`/usr/bin/git`, `/tmp`) are fine. */
const MACHINE_PATH = /(?<![\w.@:/~-])\/(?:root|work|Users\/[\w.-]+|home\/[\w.-]+)\/[\w.-]+/;
const BINARY = /\.(png|jpe?g|webp|gif|ico|woff2?|gz|zip|bundle)$/;

export async function checkMachinePaths(): Promise<Outcome> {
  const files = (await listProjectFiles()).filter((file) => !BINARY.test(file) && file !== "package-lock.json");
  const found = (await Promise.all(files.map(findMachinePaths))).flat();
  if (found.length === 0) return { state: "passed", note: `${files.length} files` };
  return { state: "failed", details: `Paths that exist on one machine only:\n${found.join("\n")}\n` };
}

async function findMachinePaths(file: string): Promise<string[]> {
  // A file that git knows and that is being deleted has nothing to say.
  const text = await readFile(join(ROOT, file), "utf8").catch(() => "");
  return text.split("\n").flatMap((line, index) => {
    const match = MACHINE_PATH.exec(line);
    return match ? [`  ${file}:${index + 1}: ${match[0]}`] : [];
  });
}
