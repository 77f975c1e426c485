import { listProjectFiles, type Outcome, runCommand } from "./command.ts";

const FOLDERS = ["agents", "app", "bench", "chaos", "db", "e2e", "mcp", "scripts", "server", "worker"];
const SUMMARY = /\((\d+) modules, \d+ dependencies cruised\)/;

/**
 * The checker passes on nothing at all when it cannot read the language, so that it saw every file of ours is part of
 * the check.
 */
export async function checkImportDirections(): Promise<Outcome> {
  const sources = await listProjectFiles(...FOLDERS.flatMap((folder) => [`${folder}/**.ts`, `${folder}/**.tsx`]));
  const folders = FOLDERS.filter((folder) => sources.some((file) => file.startsWith(`${folder}/`)));
  const { exitCode, output } = await runCommand("depcruise", ["--config", ".dependency-cruiser.mjs", "--", ...folders]);
  const modules = Number(SUMMARY.exec(output)?.[1] ?? 0);
  if (exitCode !== 0) return { state: "failed", details: output };
  if (sources.length === 0 || modules < sources.length)
    return { state: "failed", details: `Only ${modules} modules were read, but there are ${sources.length} files.\n` };
  return { state: "passed", note: `${modules} modules` };
}
