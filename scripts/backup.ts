import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { connect } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { config } from "#server/config.ts";
import { dumpDatabase } from "./database-copy.ts";
import { findRunning } from "./running.ts";

/** Kept as they are. The database and the repositories are copied as of one moment each, the database first. */
const FILES = ["secrets.json", "files"];

/** Writes database, repositories, files and secrets of an installation into one archive. It may be running. */
export async function backUp(
  databaseUrl: string,
  dataDir: string,
  file: string,
): Promise<{ tables: number; rows: number }> {
  const staging = mkdtempSync(join(dataDir, "backup-"));
  const clear = () => rmSync(staging, { recursive: true, force: true });
  process.once("exit", clear); // Stopped half-way, too: what lies there is as secret as the archive.
  const { sql, close } = connect(databaseUrl, { poolSize: 2, name: "entourage-backup" });
  try {
    const { tables } = await dumpDatabase(sql, join(staging, "database"));
    // A reference that moved since the dump is ahead of it, which the reconciler knows how to settle; never behind.
    for (const repository of globSync("{repositories,samples}/**/HEAD", { cwd: dataDir }).map(dirname))
      copyRepository(dataDir, staging, repository);
    for (const name of FILES) {
      if (existsSync(join(dataDir, name))) cpSync(join(dataDir, name), join(staging, name), { recursive: true });
    }
    run("tar", ["-czf", `${file}.part`, "-C", staging, "."]);
    run("mv", [`${file}.part`, file]);
    return { tables: tables.length, rows: tables.reduce((sum, table) => sum + table.rows, 0) };
  } finally {
    await close();
    clear();
    process.off("exit", clear);
  }
}

/**
 * A mirror holds every reference and all they need, whatever is pushed meanwhile. It is pushed, not cloned: a clone does
 * not see what the repository hides from its readers, `refs/merged/…` above all.
 */
function copyRepository(dataDir: string, staging: string, repository: string): void {
  const source = join(dataDir, repository);
  const target = join(staging, repository);
  mkdirSync(dirname(target), { recursive: true });
  run("git", ["init", "--quiet", "--bare", target]);
  run("git", ["-c", "core.hooksPath=/dev/null", "-C", source, "push", "--quiet", "--mirror", target]);
  for (const name of ["HEAD", "config", "description", "info", "hooks"]) {
    if (existsSync(join(source, name)))
      cpSync(join(source, name), join(target, name), { recursive: true, force: true });
  }
}

export function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr || error?.message}`);
}

async function main(): Promise<void> {
  const { dataDir, databaseUrl } = config();
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const file = resolve(process.argv[2] ?? `entourage-backup-${stamp}.tar.gz`);
  if (existsSync(file)) throw new Error(`${file} exists already; name another file.`);
  const running = findRunning(dataDir)?.databaseUrl;
  const postgres = databaseUrl || running ? undefined : await startEmbeddedPostgres(join(dataDir, "postgres"));
  try {
    const { tables, rows } = await backUp(databaseUrl ?? running ?? postgres?.url ?? "", dataDir, file);
    console.log(
      `Backed up ${rows} rows of ${tables} tables to ${file}. It holds the secrets: keep it like a password.`,
    );
  } finally {
    await postgres?.stop();
  }
}

if (import.meta.main) {
  process.umask(0o077);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
