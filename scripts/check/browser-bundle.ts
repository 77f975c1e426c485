import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Outcome, ROOT } from "./command.ts";

const BUNDLE = join(ROOT, ".next/static");

/**
 * Words that stand in server code and in nothing a browser needs: one of them in a script means that the module around
 * it was bundled. Each names the part it gives away.
 */
const CANARIES: Record<string, string> = {
  "drizzle:entityKind": "drizzle-orm",
  entourage_app: "the database roles",
  entourage_system: "the database roles",
  "app.org_id": "row-level security",
  "SKIP LOCKED": "SQL",
  pg_notify: "SQL",
  DATABASE_URL: "the configuration",
  idle_in_transaction_session_timeout: "the database connection",
  "node:child_process": "Node",
  "aes-256-gcm": "encryption of credentials",
};

export async function checkBrowserBundle(): Promise<Outcome> {
  // Written last by a build; without it the folder is what a failed one left.
  if (!existsSync(join(ROOT, ".next/BUILD_ID"))) return { state: "skipped", note: "nothing is built" };
  const scripts = (await readdir(BUNDLE, { recursive: true })).filter((file) => /\.(js|map)$/.test(file));
  if (scripts.length === 0) return { state: "failed", details: "The build holds no script to look at.\n" };
  const found = (await Promise.all(scripts.map(findCanaries))).flat();
  if (found.length === 0) return { state: "passed", note: `${scripts.length} scripts` };
  return { state: "failed", details: `Server code is sent to browsers:\n${found.join("\n")}\n` };
}

async function findCanaries(script: string): Promise<string[]> {
  const text = await readFile(join(BUNDLE, script), "utf8");
  return Object.entries(CANARIES)
    .filter(([word]) => text.includes(word))
    .map(([word, part]) => `  .next/static/${script} holds “${word}” (${part})`);
}
