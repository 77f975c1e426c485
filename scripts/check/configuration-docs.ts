import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { configurationPage } from "../config-docs.ts";
import { type Outcome, ROOT } from "./command.ts";

/** The page is printed from the schema; a setting that was added since is missing from it. */
export async function checkConfigurationDocs(): Promise<Outcome> {
  const page = await readFile(join(ROOT, "docs/configuration.md"), "utf8").catch(() => "");
  if (page === configurationPage()) return { state: "passed" };
  const details = "docs/configuration.md is not what server/config.ts says; run: node scripts/run.mjs config-docs\n";
  return { state: "failed", details };
}
