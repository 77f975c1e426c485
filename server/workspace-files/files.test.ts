import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createWriteStream } from "node:fs";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { listAuditEvents } from "../audit-log/operations.ts";
import { createTestMember } from "../test/fixtures.ts";
import { openWorkingCopies } from "../workspaces/test/working-copies.ts";
import { packFolder } from "./archive.ts";
import * as operations from "./operations.ts";
import { takeFile } from "./writing.ts";

const shop = await openWorkingCopies();
const { org, run } = shop;
const { id: workspaceId } = await shop.made();
const files = shop.filesOf(workspaceId);
const outside = await mkdtemp(join(tmpdir(), "entourage-outside-"));
afterAll(() => rm(outside, { recursive: true, force: true }));
await writeFile(join(outside, "secret.txt"), "canary-outside");

const read = (path: string) => run(operations.readWorkspaceFile, { workspaceId, path });
const write = (path: string, text: string, version?: string | null) =>
  run(operations.writeWorkspaceFile, { workspaceId, path, text, version });
const list = (path = "") => run(operations.listWorkspaceFiles, { workspaceId, path });
const search = (input: Record<string, unknown>) => run(operations.searchWorkspaceFiles, { workspaceId, ...input });
const rename = (path: string, to: string) => run(operations.renameWorkspaceFile, { workspaceId, path, newPath: to });
const remove = (path: string) => run(operations.deleteWorkspaceFile, { workspaceId, path });
const folder = (path: string) => run(operations.createWorkspaceFolder, { workspaceId, path });

test("a file is written, listed, read, moved and deleted", async () => {
  expect(await write("docs/guide/one.md", "# One\n")).toMatchObject({ path: "docs/guide/one.md", outcome: "created" });
  expect((await list("docs")).entries).toMatchObject([{ name: "guide", path: "docs/guide", kind: "folder" }]);
  expect(await read("docs/guide/one.md")).toMatchObject({ kind: "text", text: "# One\n", bytes: 6, truncated: false });
  await rename("docs/guide/one.md", "notes/1.md");
  await expect(read("docs/guide/one.md")).rejects.toMatchObject({ code: "not_found" });
  expect((await read("notes/1.md")).text).toBe("# One\n");
  expect(await folder("docs/empty")).toMatchObject({ created: true });
  expect(await folder("docs/empty")).toMatchObject({ created: false });
  await remove("docs");
  expect((await list()).entries.map(({ name }) => name)).toEqual(["notes"]);
});

test("a file that was changed meanwhile is not overwritten by whoever read it before", async () => {
  await write("shared.txt", "first");
  const { version } = await read("shared.txt");
  expect(await write("shared.txt", "second", version)).toMatchObject({ outcome: "replaced" });
  await expect(write("shared.txt", "third", version)).rejects.toMatchObject({ code: "conflict" });
  await expect(write("shared.txt", "new", null)).rejects.toMatchObject({ code: "conflict" });
  expect((await read("shared.txt")).text).toBe("second");
  await rm(join(files, "shared.txt"));
  await expect(write("shared.txt", "x", version)).rejects.toMatchObject({ code: "conflict" });
  expect(await write("shared.txt", "again", null)).toMatchObject({ outcome: "created" });
});

const leadingOut = [
  ...["../secret.txt", "a/../../secret.txt", "/etc/passwd", "~/x", "..\\x", "a\nb", ".git/config", "a/.GIT/hooks/x"],
  ...["/proc/self/root/etc/passwd", "x".repeat(300), "a/".repeat(60)],
];
test.for(leadingOut)("%j is refused by everything that takes a path", async (path) => {
  const ways = [
    read,
    list,
    remove,
    folder,
    (to: string) => write(to, "x"),
    (to: string) => rename(to, "x"),
    (to: string) => rename("shared.txt", to),
    (of: string) => search({ query: "x", path: of }),
  ];
  for (const way of ways) await expect(way(path)).rejects.toMatchObject({ code: "invalid" });
});

test("who tries paths that lead out stands in the audit, once however often", async () => {
  await expect(read("../../etc/shadow")).rejects.toMatchObject({ code: "invalid" });
  const { events } = await run(listAuditEvents, { groups: ["security"] });
  expect(events.filter(({ type }) => type === "security.action_refused")).toMatchObject([
    { actor: { id: org.owner.id }, data: { what: "path", words: [expect.stringContaining("workspace_file")] } },
  ]);
});

test("the zero character is refused", async () => {
  await expect(read("a\0b")).rejects.toMatchObject({ code: "invalid" });
});

test("a link is told and never followed: not by reading, writing, moving, searching, packing or deleting", async () => {
  await symlink(outside, join(files, "out"));
  await symlink(join(outside, "secret.txt"), join(files, "leak.txt"));
  await symlink("/proc/self/root", join(files, "root"));
  expect((await list()).entries.filter(({ kind }) => kind === "link").map(({ name }) => name)).toEqual([
    "leak.txt",
    "out",
    "root",
  ]);
  for (const path of ["leak.txt", "out/secret.txt", "root/etc/passwd"])
    await expect(read(path), path).rejects.toMatchObject({ code: "invalid" });
  for (const path of ["out/x.txt", "root/tmp/x"]) {
    await expect(write(path, "x"), path).rejects.toMatchObject({ code: "invalid" });
    await expect(folder(path), path).rejects.toMatchObject({ code: "invalid" });
    await expect(remove(path), path).rejects.toMatchObject({ code: "invalid" });
    await expect(rename("shared.txt", path), path).rejects.toMatchObject({ code: "invalid" });
  }
  expect((await search({ query: "canary-outside" })).matches).toEqual([]);
  expect((await search({ query: "secret", in: "names" })).matches).toEqual([]);
  // Written over, a link is replaced by the file; what it named stays as it was.
  await write("leak.txt", "mine");
  expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("canary-outside");
  const packed = await unpacked(await packFolder(files, ""));
  expect(await promisify(execFile)("find", [packed, "-type", "l"]).then(({ stdout }) => stdout)).toContain("/out");
  for (const path of ["out", "root", "leak.txt"]) await remove(path);
  expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("canary-outside");
  await rm(packed, { recursive: true });
});

test("pipes and other things that are no files are not waited for", async () => {
  await promisify(execFile)("mkfifo", [join(files, "pipe")]);
  await expect(read("pipe")).rejects.toMatchObject({ code: "invalid" });
  expect((await list()).entries.find(({ name }) => name === "pipe")).toMatchObject({ kind: "other" });
  expect((await search({ query: "anything" })).matches).toEqual([]);
  await remove("pipe");
});

test("an image is shown, other bytes are told, a large text is cut at its limit", async () => {
  const pixel = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
    "base64",
  );
  await writeFile(join(files, "pixel.png"), pixel);
  expect(await read("pixel.png")).toMatchObject({
    kind: "image",
    mimeType: "image/png",
    base64: pixel.toString("base64"),
  });
  await writeFile(join(files, "drawing.svg"), "<svg onload='alert(1)'/>");
  expect(await read("drawing.svg")).toMatchObject({ kind: "text", mimeType: "text/plain" });
  await writeFile(join(files, "data.bin"), Buffer.from([1, 0, 2, 255]));
  expect(await read("data.bin")).toMatchObject({ kind: "binary", text: null, bytes: 4 });
  await writeFile(join(files, "long.txt"), "ä".repeat(600_000));
  const long = await read("long.txt");
  expect(long).toMatchObject({ kind: "text", truncated: true, version: null });
  expect(long.text?.endsWith("ä"), "no half character").toBe(true);
  await expect(write("huge.txt", "x".repeat(1024 * 1024 + 1))).rejects.toMatchObject({ code: "invalid" });
});

test("search finds names, best first, and lines as they are written, in any file, however they look like options", async () => {
  await mkdir(join(files, "lib/parser"), { recursive: true });
  await writeFile(join(files, "lib/parser/index.ts"), "first\nconst Needle = '--help';\n");
  await writeFile(join(files, "lib/Parser.ts"), "const needle = 1; // a.b[c]\n");
  await writeFile(join(files, "-dash.txt"), "needle in a dash\n");
  await mkdir(join(files, "node_modules/x"), { recursive: true });
  await writeFile(join(files, "node_modules/x/index.js"), "needle");
  const names = await search({ query: "parser", in: "names" });
  expect(names.matches.map(({ path }) => path)).toEqual(["lib/Parser.ts", "lib/parser/index.ts"]);
  const lines = await search({ query: "needle" });
  expect(new Set(lines.matches.map(({ path, line }) => `${path}:${line}`))).toEqual(
    new Set(["lib/Parser.ts:1", "lib/parser/index.ts:2", "-dash.txt:1"]),
  );
  expect((await search({ query: "Needle", caseSensitive: true })).matches).toMatchObject([
    { path: "lib/parser/index.ts" },
  ]);
  expect((await search({ query: "a.b[c]", path: "lib" })).matches).toHaveLength(1);
  expect((await search({ query: "--help" })).matches).toHaveLength(1);
  expect((await search({ query: "$(id); `id` '\" \\" })).matches).toEqual([]);
  expect(await search({ query: "needle", limit: 1 })).toMatchObject({ truncated: true });
  await expect(search({ query: "x", path: "nowhere" })).rejects.toMatchObject({ code: "not_found" });
});

test("an archive holds every file with its bytes, long names too, and unpacks with the usual program", async () => {
  const deep = `deep/${"long-name-".repeat(12)}/${"file-".repeat(30)}.txt`;
  await write(deep, "deep down");
  await writeFile(join(files, "big.bin"), Buffer.alloc(1_000_003, 7));
  const packed = await unpacked(await packFolder(files, ""));
  expect(await readFile(join(packed, deep), "utf8")).toBe("deep down");
  expect((await readFile(join(packed, "big.bin"))).equals(Buffer.alloc(1_000_003, 7))).toBe(true);
  expect(existsSync(join(packed, ".git"))).toBe(false);
  await rm(packed, { recursive: true });
  await expect(packFolder(files, "nowhere")).rejects.toMatchObject({ code: "not_found" });
  await expect(packFolder(files, "big.bin")).rejects.toMatchObject({ code: "invalid" });
});

test("an upload arrives whole, or leaves nothing behind", async () => {
  async function* body(...chunks: number[]) {
    for (const size of chunks) yield Buffer.alloc(size, 65);
  }
  expect(await takeFile(files, "up/loaded.bin", body(10, 20), 100)).toMatchObject({ bytes: 30, outcome: "created" });
  await expect(takeFile(files, "up/large.bin", body(60, 60), 100)).rejects.toMatchObject({ code: "too_large" });
  async function* broken() {
    yield Buffer.alloc(5);
    throw new Error("hung up");
  }
  await expect(takeFile(files, "up/broken.bin", broken(), 100)).rejects.toThrow("hung up");
  expect((await list("up")).entries.map(({ name }) => name)).toEqual(["loaded.bin"]);
});

test("viewers read and change nothing", async () => {
  const viewer = await createTestMember(shop.runtime, org, "viewer");
  expect((await run(operations.listWorkspaceFiles, { workspaceId }, viewer)).entries.length).toBeGreaterThan(0);
  const changes = [
    () => run(operations.writeWorkspaceFile, { workspaceId, path: "x", text: "x" }, viewer),
    () => run(operations.createWorkspaceFolder, { workspaceId, path: "x" }, viewer),
    () => run(operations.renameWorkspaceFile, { workspaceId, path: "x", newPath: "y" }, viewer),
    () => run(operations.deleteWorkspaceFile, { workspaceId, path: "x" }, viewer),
  ];
  for (const change of changes) await expect(change()).rejects.toMatchObject({ code: "forbidden" });
});

async function unpacked(archive: NodeJS.ReadableStream): Promise<string> {
  const folderOf = await mkdtemp(join(tmpdir(), "entourage-unpacked-"));
  await pipeline(archive, createWriteStream(join(folderOf, "a.tgz")));
  await promisify(execFile)("tar", ["-xzf", "a.tgz"], { cwd: folderOf });
  await rm(join(folderOf, "a.tgz"));
  return folderOf;
}
