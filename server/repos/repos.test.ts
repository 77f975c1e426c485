import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { execute } from "../execute.ts";
import { userGit } from "../git/test/repository.ts";
import { newId } from "../ids.ts";
import { createTestMember } from "../test/fixtures.ts";
import { loadRepo, sourceOf } from "./jobs.ts";
import * as operations from "./operations.ts";
import { call, openWorkshop } from "./test/workshop.ts";
import { as } from "../test/fixtures.ts";

const shop = await openWorkshop();
const { runtime } = shop;
const register = async (org: Awaited<ReturnType<typeof shop.newOrg>>, input: object, actor = org.owner) =>
  (await execute(operations.registerRepo, runtime, actor, { teamId: org.teamId, name: "x", ...input }, call)).repo;

test("a path of the server is for owners, under an allowed folder, and the refusal says how to allow one", async () => {
  const org = await shop.newOrg();
  const admin = await createTestMember(runtime, org, "admin");
  const allowed = join(runtime.settings.repoRoots[0] ?? "", newId());
  await mkdir(allowed);
  await expect(register(org, { source: allowed }, admin)).rejects.toMatchObject({ code: "forbidden" });
  for (const source of [
    "/etc",
    `${allowed}/../../secrets`,
    "/no/such/path",
    "relative/path",
    "file:///etc",
    "ext::sh -c id",
  ]) {
    await expect(register(org, { source })).rejects.toMatchObject({ code: "invalid" });
  }
  const closed = { ...runtime, settings: { ...runtime.settings, repoRoots: [] } };
  await expect(
    execute(operations.registerRepo, closed, org.owner, { teamId: org.teamId, name: "x", source: allowed }, call),
  ).rejects.toMatchObject({ code: "forbidden", message: expect.stringContaining("ENTOURAGE_REPO_ROOTS") });
});

test("the server is not talked into connecting to its own network", async () => {
  const org = await shop.newOrg();
  for (const source of [
    "https://127.0.0.1/a.git",
    "https://[::1]/a.git",
    "https://169.254.169.254/latest",
    "https://10.0.0.1/a.git",
    "https://localhost/a.git",
    "https://user:secret@example.com/a.git",
    "http://example.com/a.git",
  ]) {
    await expect(register(org, { source })).rejects.toMatchObject({ code: "invalid" });
  }
});

test("a credential is stored sealed, stands in no event and no answer, and opens for the worker", async () => {
  const org = await shop.newOrg();
  const credential = { username: "bot", password: "hunter2-hunter2" };
  // An address and not a name, so that the test needs no resolver; nothing is connected to.
  const repo = await register(org, { source: "https://93.184.216.34/a.git", credential });
  expect(repo.hasCredential).toBe(true);
  expect(JSON.stringify(repo)).not.toContain("hunter2");
  const told = await shop.db.$client`select data::text from events where org_id = ${org.orgId}`;
  expect(JSON.stringify(told)).not.toContain("hunter2");
  const [row] = await shop.db.$client`select sealed from credentials where org_id = ${org.orgId}`;
  expect(Buffer.from(row?.sealed).toString()).not.toContain("hunter2");
  const source = await as(runtime, org.owner, async (context) => {
    const loaded = await loadRepo(context, repo.id);
    return loaded && sourceOf(context.settings, loaded);
  });
  expect(source).toMatchObject({ kind: "remote", credential });
});

test("a source that is no repository fails with words, and can be tried again when it is one", async () => {
  const org = await shop.newOrg();
  const path = join(runtime.settings.repoRoots[0] ?? "", newId());
  await mkdir(path);
  const repo = await shop.addRepo(org, { source: path });
  expect(repo).toMatchObject({ status: "error", error: expect.stringMatching(/git repository|empty/) });
  await userGit(path, "init", "-q", "-b", "main");
  await writeFile(join(path, "a.txt"), "a\n");
  await userGit(path, "add", "-A");
  await userGit(path, "commit", "-q", "-m", "first");
  await execute(operations.retryRepo, runtime, org.owner, { repoId: repo.id }, call);
  await expect
    .poll(async () => (await execute(operations.getRepo, runtime, org.owner, { repoId: repo.id }, call)).repo.status)
    .toBe("ready");
  await expect(execute(operations.retryRepo, runtime, org.owner, { repoId: repo.id }, call)).rejects.toMatchObject({
    code: "conflict",
  });
});

test("names are unique, slugs too, and a repository with open tasks is not put away", async () => {
  const org = await shop.newOrg();
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => register(org, { name: "same" })));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const [one, two] = [await register(org, { name: "Überschrift!" }), await register(org, { name: "uberschrift" })];
  expect(one.slug).not.toBe(two.slug);
  await shop.addTask(org, one);
  const archive = (repoId: string) => execute(operations.archiveRepo, runtime, org.owner, { repoId }, call);
  await expect(archive(one.id)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("open tasks"),
  });
  expect((await archive(two.id)).repo.archivedAt).not.toBeNull();
});

test("what a task changes is read by everybody of the team, and by nobody else", async () => {
  const [org, other] = [await shop.newOrg(), await shop.newOrg()];
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const binary = Buffer.from([0, 1, 2, 3]);
  const { task, head } = await shop.submit(org, repo, worker, { "a.txt": "hello\n", "b.bin": binary });
  const input = { task: task.id };
  const { diff, base } = await execute(operations.getTaskDiff, runtime, org.owner, input, call);
  expect(base).toBe(repo.headCommit);
  expect(diff).toContain("+hello");
  const { files } = await execute(operations.getChangedFiles, runtime, org.owner, input, call);
  expect(files).toMatchObject([
    { path: "a.txt", additions: 1 },
    { path: "b.bin", additions: null },
  ]);
  const { commits } = await execute(operations.getCommits, runtime, org.owner, input, call);
  expect(commits).toMatchObject([{ id: head, subject: "work" }]);
  const read = (path: string, more: object = input) =>
    execute(operations.readFile, runtime, org.owner, { path, ...more }, call);
  expect(await read("a.txt")).toMatchObject({ text: "hello\n", binary: false, commit: head });
  expect(await read("b.bin")).toMatchObject({ text: null, binary: true, bytes: 4 });
  await expect(read("a.txt", { repoId: repo.id })).rejects.toMatchObject({ code: "not_found" });
  for (const path of ["../a.txt", "/etc/passwd", ".git/config", "a\0b", "--help/.."]) {
    await expect(read(path)).rejects.toMatchObject({ code: "invalid" });
  }
  for (const revision of ["--output=x", "main..other", "HEAD~1", "refs/merged/x", "@{u}"]) {
    await expect(read("a.txt", { ...input, revision })).rejects.toMatchObject({ code: "invalid" });
  }
  await expect(execute(operations.getTaskDiff, runtime, other.owner, input, call)).rejects.toMatchObject({
    code: "not_found",
  });
});
