import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedPostgres, startTemporaryPostgres } from "#db/embedded.ts";
import { migrate } from "#db/migrate.ts";
import { openSecrets } from "#server/keyring.ts";
import { backUp } from "./backup.ts";
import { restore } from "./restore.ts";

const home = mkdtempSync(join(tmpdir(), "entourage-backup-test-"));
const [oldData, newData, archive] = [join(home, "old"), join(home, "new"), join(home, "backup.tar.gz")];
let server: EmbeddedPostgres;
let target: string;

beforeAll(async () => {
  server = await startTemporaryPostgres();
  mkdirSync(oldData);
  mkdirSync(newData);
  await migrate(server.url);
  // The copy must not depend on what a column holds.
  await query(
    server.url,
    `insert into organizations (org_id, name, slug, created_at) values
    (uuidv7(), E'tab\\there\\nline', 'a', now()), (uuidv7(), '\\N', 'b', now()), (uuidv7(), 'ü ✓ "quoted" \\.', 'c', now())`,
  );
  // A table larger than what streams hold at once.
  await query(
    server.url,
    `insert into organizations (org_id, name, slug, created_at)
     select uuidv7(), repeat('x', 100), 'many-' || i, now() from generate_series(1, 20000) i`,
  );
  await query(server.url, `insert into worker_beats (id, started_at, beat_at) values ('w', now(), now())`);
  await query(server.url, "create database empty");
  target = server.url.replace(/entourage$/, "empty");
  git(home, "init", "--quiet", "--bare", join(oldData, "repositories", "org", "sample.git"));
  git(home, "clone", "--quiet", join(oldData, "repositories", "org", "sample.git"), "work");
  git(
    join(home, "work"),
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@example.com",
    "commit",
    "--quiet",
    "--allow-empty",
    "-m",
    "first",
  );
  git(join(home, "work"), "push", "--quiet", "origin", "HEAD:main", "HEAD:refs/merged/1");
  // As in every repository of an installation: what was merged is hidden from readers.
  git(join(oldData, "repositories", "org", "sample.git"), "config", "transfer.hideRefs", "refs/merged");
  openSecrets(oldData);
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8" });
}

async function query(url: string, statement: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

test("an archive holds the installation for its owner only, and leaves nothing else behind", async () => {
  process.umask(0o077);
  const { tables } = await backUp(server.url, oldData, archive);
  expect(tables).toBeGreaterThan(5);
  expect(statSync(archive).mode & 0o077).toBe(0);
  expect(readdirSync(oldData).sort()).toEqual(["repositories", "secrets.json"]);
}, 30_000);

test("restoring gives back rows, repositories and secrets as they were", async () => {
  await restore(target, newData, archive, false);
  const organizations = "select * from organizations order by slug";
  expect(await query(target, organizations)).toEqual(await query(server.url, organizations));
  expect(await query(target, "select id from worker_beats")).toMatchObject([{ id: "w" }]);
  const heads = (data: string) =>
    git(join(data, "repositories", "org", "sample.git"), "for-each-ref", "--format=%(refname) %(objectname)");
  expect(heads(newData)).toBe(heads(oldData));
  expect(heads(newData)).toContain("refs/merged/1");
  expect(readFileSync(join(newData, "secrets.json"), "utf8")).toBe(readFileSync(join(oldData, "secrets.json"), "utf8"));
  expect(readdirSync(newData).sort()).toEqual(["repositories", "secrets.json"]);
}, 60_000);

test("the walls between organizations stand again after a restore", async () => {
  const open = await query(
    target,
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        and not (relrowsecurity and relforcerowsecurity)`,
  );
  expect([...open]).toEqual([]);
});

test("an installation in use is refused, and replaced only when forced", async () => {
  await query(target, "update organizations set name = 'changed' where slug = 'a'");
  await expect(restore(target, newData, archive, false)).rejects.toThrow(/--force/);
  expect(await query(target, "select name from organizations where slug = 'a'")).toMatchObject([{ name: "changed" }]);
  await restore(target, newData, archive, true);
  expect(await query(target, "select name from organizations where slug = 'a'")).not.toMatchObject([
    { name: "changed" },
  ]);
}, 60_000);
