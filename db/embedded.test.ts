import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, expect, test, vi } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres, startTemporaryPostgres } from "./embedded.ts";
import { isAlive } from "./embedded-process.ts";

const folders: string[] = [];
const servers: EmbeddedPostgres[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "entourage-embedded-test-"));
  folders.push(folder);
  return join(folder, "postgres");
}

async function query(server: EmbeddedPostgres, statement: string) {
  const sql = postgres(server.url, { max: 1 });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

test("a server killed with -9 is back within five seconds with everything that was committed", async () => {
  const server = await startEmbeddedPostgres(newFolder());
  servers.push(server);
  await query(server, "create table kept as select generate_series(1, 1000) as n");
  const restarted = new Promise<number>((resolve, reject) => server.watch(resolve, reject));
  const killed = server.pid();
  process.kill(killed, "SIGKILL");
  expect(await restarted).toBeLessThan(5000);
  expect(server.pid()).not.toBe(killed);
  expect(await query(server, "select count(*)::int as n from kept")).toMatchObject([{ n: 1000 }]);
}, 30_000);

test("the password is known to the owner of the folder only, and nobody gets in without it", async () => {
  const folder = newFolder();
  const server = await startEmbeddedPostgres(folder);
  servers.push(server);
  expect(statSync(join(folder, "password")).mode & 0o777).toBe(0o600);
  const stranger = new URL(server.url);
  stranger.password = "guess";
  const sql = postgres(stranger.href, { max: 1 });
  await expect(sql`select 1`).rejects.toThrow(/password authentication failed/);
  await sql.end();
}, 30_000);

test("a server is taken over by the next start, and one of another folder is left alone", async () => {
  const folder = newFolder();
  const first = await startEmbeddedPostgres(folder);
  servers.push(first);
  const second = await startEmbeddedPostgres(folder);
  expect(second).toMatchObject({ reused: true, port: first.port, url: first.url });
  expect(second.pid()).toBe(first.pid());
  const other = await startEmbeddedPostgres(newFolder());
  servers.push(other);
  expect(other.reused).toBe(false);
  expect(other.port).not.toBe(first.port);
}, 30_000);

test("a port that somebody else took meanwhile is given up for a free one", async () => {
  const folder = newFolder();
  const first = await startEmbeddedPostgres(folder);
  await first.stop();
  const thief = createServer().listen(first.port, "127.0.0.1");
  await once(thief, "listening");
  const second = await startEmbeddedPostgres(folder);
  servers.push(second);
  expect(second.port).not.toBe(first.port);
  expect(await query(second, "select 1 as one")).toMatchObject([{ one: 1 }]);
  thief.close();
}, 30_000);

test("a starter that is killed with -9 leaves no server running, and a temporary one leaves no files", async () => {
  const program = `
    import { startTemporaryPostgres } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
    const server = await startTemporaryPostgres();
    console.log(server.pid());
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const pid = Number(String(line));
  const folder =
    readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")[2]
      ?.replace(/\/cluster$/, "") ?? "";
  expect(existsSync(join(folder, "password"))).toBe(true);
  child.kill("SIGKILL");
  await vi.waitUntil(() => !isAlive(pid) && !existsSync(folder), { timeout: 10_000 });
}, 30_000);

test("a temporary server is the same PostgreSQL, without the wait for the disk", async () => {
  const server = await startTemporaryPostgres();
  servers.push(server);
  expect(await query(server, "select current_setting('fsync') as fsync, uuidv7() is not null as uuid")).toMatchObject([
    { fsync: "off", uuid: true },
  ]);
}, 30_000);
