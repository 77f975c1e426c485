import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exportTree, removeDirectory } from "./checkout.ts";
import { listFiles, readFileAt } from "./files.ts";
import { changedFiles, commitsBetween, diffText, mergeBase, resolveCommit, treeOf } from "./history.ts";
import {
  advanceBranch,
  createBranch,
  deleteBranch,
  landCommit,
  listBranches,
  listMergedRefs,
  readMergedRef,
} from "./landing.ts";
import { buildCandidate, type MergeRequest, mergeTree } from "./merge.ts";
import { createBareRepository, removeStaleLocks } from "./repositories.ts";
import { GitError, git } from "./run.ts";
import { fetchFromSource, inspectSource, openSource, pushToSource } from "./source.ts";
import { type Scratch, scratchRepository, userGit } from "./test/repository.ts";

let scratch: Scratch;
let main: string;

beforeEach(async () => {
  scratch = await scratchRepository();
  main = (await resolveCommit(scratch.bare, "main")) ?? "";
});
afterEach(() => scratch[Symbol.asyncDispose]());

/** Commits on a new branch that starts at main, published under its name. */
async function branch(name: string, ...commits: Record<string, string | Buffer | null>[]): Promise<string> {
  await userGit(scratch.work, "checkout", "-q", "-b", name, main);
  for (const [at, files] of commits.entries()) await scratch.commit(files, `${name} ${at + 1}`);
  await scratch.publish(name);
  return userGit(scratch.work, "rev-parse", "HEAD");
}

const request = (changes: Partial<MergeRequest> & { target: string; commit: string }): MergeRequest => ({
  strategy: "merge",
  message: "Merge task 12\n\nTask: #12",
  author: { name: "Ada <x>", email: "ada@example.com" },
  committer: { name: "Entourage", email: "entourage@localhost" },
  at: new Date("2026-01-02T03:04:05Z"),
  ...changes,
});

describe("merging without a work tree", () => {
  test("branches that touch different files merge clean", async () => {
    const [one, two] = [await branch("one", { "one.txt": "1\n" }), await branch("two", { "two.txt": "2\n" })];
    const merged = await mergeTree(scratch.bare, one, two);
    expect(merged).toEqual({ clean: true, tree: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  test("a conflict names its files and says what happened", async () => {
    const one = await branch("one", { "README.md": "one\n", "b ü.txt": "1\n" });
    const two = await branch("two", { "README.md": "two\n", "b ü.txt": "2\n" });
    expect(await mergeTree(scratch.bare, one, two)).toEqual({
      clean: false,
      files: ["README.md", "b ü.txt"],
      messages: ["CONFLICT (content): Merge conflict in README.md", "CONFLICT (add/add): Merge conflict in b ü.txt"],
    });
  });

  test("histories without a common commit do not merge, and it is no fault of ours", async () => {
    await userGit(scratch.work, "checkout", "-q", "--orphan", "other");
    const other = await scratch.commit({ "x.txt": "x" });
    await scratch.publish("other");
    expect(await mergeTree(scratch.bare, main, other)).toMatchObject({
      clean: false,
      messages: [expect.stringContaining("no commit in common")],
    });
  });

  test("merge keeps both parents, squash one, and the same job builds the same commit again", async () => {
    const commit = await branch("one", { "a.txt": "a\n" }, { "b.txt": "b\n" });
    const built = await buildCandidate(scratch.bare, request({ target: main, commit }));
    expect(await buildCandidate(scratch.bare, request({ target: main, commit }))).toEqual(built);
    const squashed = await buildCandidate(scratch.bare, request({ strategy: "squash", target: main, commit }));
    if (!built.clean || !squashed.clean) throw new Error("both are clean");
    const [first] = await commitsBetween(scratch.bare, null, built.commit, { limit: 1 });
    expect(first).toMatchObject({
      parents: [main, commit],
      authorName: "Ada x",
      subject: "Merge task 12",
      body: "Task: #12",
    });
    expect((await commitsBetween(scratch.bare, main, squashed.commit)).map(({ parents }) => parents)).toEqual([[main]]);
    expect(squashed.tree).toBe(built.tree);
  });

  test("rebase replays each commit with its author, and gives the tree that git rebase gives", async () => {
    const commit = await branch("one", { "a.txt": "a\n" }, { "README.md": "hello\nworld\n" }, { "a.txt": "aa\n" });
    const target = await branch("moved", { "other.txt": "o\n" });
    const built = await buildCandidate(scratch.bare, request({ strategy: "rebase", target, commit }));
    if (!built.clean) throw new Error("it is clean");
    const commits = await commitsBetween(scratch.bare, target, built.commit, { oldestFirst: true });
    expect(commits.map(({ subject }) => subject)).toEqual(["one 1", "one 2", "one 3"]);
    expect(commits.map(({ authorName }) => authorName)).toEqual(["Ada", "Ada", "Ada"]);
    await userGit(scratch.work, "checkout", "-q", "one");
    await userGit(scratch.work, "rebase", "-q", "moved");
    expect(built.tree).toBe(await userGit(scratch.work, "rev-parse", "HEAD^{tree}"));
  });

  test("rebase names the commit that conflicts", async () => {
    const commit = await branch("one", { "a.txt": "a\n" }, { "README.md": "one\n" });
    const target = await branch("moved", { "README.md": "moved\n" });
    const built = await buildCandidate(scratch.bare, request({ strategy: "rebase", target, commit }));
    expect(built).toMatchObject({ clean: false, files: ["README.md"], conflictingCommit: commit });
  });
});

describe("landing", () => {
  const landing = (changes = {}) => ({ branch: "main", newCommit: "", oldCommit: main, jobId: "job-1", ...changes });

  test("moves the branch and records the job in one step", async () => {
    const newCommit = await branch("one", { "a.txt": "a" });
    expect(await landCommit(scratch.bare, landing({ newCommit }))).toEqual({ outcome: "landed" });
    expect(await resolveCommit(scratch.bare, "main")).toBe(newCommit);
    expect(await readMergedRef(scratch.bare, "job-1")).toBe(newCommit);
    expect(await listMergedRefs(scratch.bare)).toEqual(new Map([["job-1", newCommit]]));
  });

  test("a second time is told that it landed already, and moves nothing", async () => {
    const newCommit = await branch("one", { "a.txt": "a" });
    const later = await branch("two", { "b.txt": "b" });
    await landCommit(scratch.bare, landing({ newCommit }));
    const already = { outcome: "already_landed", commit: newCommit };
    expect(await landCommit(scratch.bare, landing({ newCommit }))).toEqual(already);
    expect(await landCommit(scratch.bare, landing({ newCommit: later, oldCommit: newCommit }))).toEqual(already);
    expect(await resolveCommit(scratch.bare, "main")).toBe(newCommit);
  });

  test("a branch that moved meanwhile stays where it is", async () => {
    const [one, two] = [await branch("one", { "a.txt": "a" }), await branch("two", { "b.txt": "b" })];
    await landCommit(scratch.bare, landing({ newCommit: one }));
    const second = await landCommit(scratch.bare, landing({ newCommit: two, jobId: "job-2" }));
    expect(second).toEqual({ outcome: "moved", current: one });
    expect(await readMergedRef(scratch.bare, "job-2")).toBeNull();
  });

  test("of many that race one lands and the others start over", async () => {
    const newCommit = await branch("one", { "a.txt": "a" });
    const jobs = Array.from({ length: 8 }, (_, at) => `job-${at}`);
    const race = jobs.map(async (jobId) => (await landCommit(scratch.bare, landing({ newCommit, jobId }))).outcome);
    expect((await Promise.all(race)).sort()).toEqual(["landed", ...Array(7).fill("moved")]);
    expect((await listMergedRefs(scratch.bare)).size).toBe(1);
  });

  test("a lock that a crash left behind is removed once it is old, and then the branch moves", async () => {
    const newCommit = await branch("one", { "a.txt": "a" });
    const lock = join(scratch.bare, "refs/heads/main.lock");
    await writeFile(lock, "");
    expect(await removeStaleLocks(scratch.bare)).toEqual([]);
    await utimes(lock, new Date(0), new Date(0));
    expect(await removeStaleLocks(scratch.bare)).toEqual(["refs/heads/main.lock"]);
    expect(await landCommit(scratch.bare, landing({ newCommit }))).toEqual({ outcome: "landed" });
  });

  test("hostile branches, commits and jobs are refused", async () => {
    for (const changes of [
      { branch: "--stdin" },
      { branch: "a\ndelete refs/heads/main" },
      { jobId: "../heads/x" },
      { jobId: "" },
    ]) {
      await expect(landCommit(scratch.bare, landing({ newCommit: main, ...changes }))).rejects.toMatchObject({
        code: "invalid",
      });
    }
    await expect(landCommit(scratch.bare, landing({ newCommit: "HEAD" }))).rejects.toMatchObject({ code: "invalid" });
    await expect(landCommit(scratch.bare, landing({ newCommit: "1".repeat(40) }))).rejects.toBeInstanceOf(GitError);
  });

  test("branches are made once, moved forward only, and removed only where they are expected", async () => {
    const [one, two] = [await branch("one", { "a.txt": "a" }), await branch("two", { "b.txt": "b" })];
    expect(await createBranch(scratch.bare, "task-1-x", main)).toBe("created");
    expect(await createBranch(scratch.bare, "task-1-x", one)).toBe("exists");
    expect(await advanceBranch(scratch.bare, { branch: "task-1-x", newCommit: one, oldCommit: main })).toBe("advanced");
    expect(await advanceBranch(scratch.bare, { branch: "task-1-x", newCommit: two, oldCommit: one })).toBe(
      "not_fast_forward",
    );
    expect(await advanceBranch(scratch.bare, { branch: "task-1-x", newCommit: two, oldCommit: main })).toBe("moved");
    expect(await deleteBranch(scratch.bare, "task-1-x", main)).toBe("moved");
    expect(await deleteBranch(scratch.bare, "task-1-x", one)).toBe("deleted");
    expect((await listBranches(scratch.bare)).has("task-1-x")).toBe(false);
  });
});

describe("reading history", () => {
  test("changed files with their kind and lines", async () => {
    await branch("base", {
      "old name.txt": "1\n2\n3\n4\n5\n",
      "gone.txt": "gone for good\n",
      "bin.dat": Buffer.from([0, 1, 2]),
    });
    main = await userGit(scratch.work, "rev-parse", "HEAD");
    const head = await branch("head", {
      "old name.txt": null,
      "new\tnäme.txt": "1\n2\n3\n4\n5\n6\n",
      "gone.txt": null,
      "README.md": "hello\nyou\n",
      "bin.dat": Buffer.from([0, 9]),
      "-h": "x\n",
    });
    const files = await changedFiles(scratch.bare, main, head);
    expect(files.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "-h", status: "added", previousPath: null, additions: 1, deletions: 0 },
      { path: "README.md", status: "modified", previousPath: null, additions: 1, deletions: 0 },
      { path: "bin.dat", status: "modified", previousPath: null, additions: null, deletions: null },
      { path: "gone.txt", status: "deleted", previousPath: null, additions: 0, deletions: 1 },
      { path: "new\tnäme.txt", status: "renamed", previousPath: "old name.txt", additions: 1, deletions: 0 },
    ]);
  });

  test("a diff, whole and cut at a line", async () => {
    const head = await branch("one", { "README.md": "hello\nyou\n", "long.txt": "line\n".repeat(500) });
    const whole = await diffText(scratch.bare, main, head);
    expect(whole.truncated).toBe(false);
    expect(whole.text).toContain("+you\n");
    const cut = await diffText(scratch.bare, main, head, { maxBytes: 1000 });
    expect(cut.truncated).toBe(true);
    expect(cut.text).toBe(whole.text.slice(0, cut.text.length));
    expect(cut.text.endsWith("\n")).toBe(true);
    const one = await diffText(scratch.bare, main, head, { paths: ["README.md"] });
    expect(one.text).not.toContain("long.txt");
  });

  test("commits of a branch, newest first, with whole messages", async () => {
    await userGit(scratch.work, "checkout", "-q", "-b", "talk");
    await scratch.commit({ "a.txt": "a" }, "Subject ü\n\nBody line\n\nTask: #12");
    await scratch.commit({ "a.txt": "b" }, "second");
    await scratch.publish("talk");
    const head = (await resolveCommit(scratch.bare, "talk")) ?? "";
    const commits = await commitsBetween(scratch.bare, main, head);
    expect(commits.map(({ subject }) => subject)).toEqual(["second", "Subject ü"]);
    expect(commits[1]).toMatchObject({
      body: "Body line\n\nTask: #12",
      parents: [main],
      authorEmail: "ada@example.com",
    });
    expect(commits[0]?.tree).toBe(await treeOf(scratch.bare, head));
    expect(await commitsBetween(scratch.bare, head, head)).toEqual([]);
    expect(await mergeBase(scratch.bare, main, head)).toBe(main);
  });

  test("a file at a commit: text, binary, cut, link, and none", async () => {
    await symlink("/etc/passwd", join(scratch.work, "link"));
    const head = await branch("one", { "src/a.ts": "text ü\n", "b.bin": Buffer.from([1, 0, 2]), "-h": "option\n" });
    const at = (path: string, maxBytes?: number) => readFileAt(scratch.bare, head, path, { maxBytes });
    expect(await at("src/a.ts")).toMatchObject({ text: "text ü\n", bytes: 8, truncated: false });
    expect(await at("src/a.ts", 4)).toMatchObject({ text: "text", bytes: 8, truncated: true });
    expect(await at("b.bin")).toMatchObject({ text: null, bytes: 3 });
    expect(await at("-h")).toMatchObject({ text: "option\n" });
    expect(await at("link")).toMatchObject({ kind: "symlink", text: "/etc/passwd" });
    for (const none of ["src", "nothing", "*", ":(top)README.md"]) expect(await at(none)).toBeNull();
    await expect(at("../x")).rejects.toMatchObject({ code: "invalid" });
    const listed = await listFiles(scratch.bare, head, { directory: "src" });
    expect(listed).toMatchObject([{ path: "src/a.ts", kind: "file", bytes: 8 }]);
    expect((await listFiles(scratch.bare, head)).map(({ path }) => path)).toContain("src");
  });

  test.each(["--upload-pack=x", "-h", "a..b", "a\nb", "HEAD^{/x}", "refs/heads/main", "задача"])(
    "the revision %j is refused",
    async (name) => {
      await expect(resolveCommit(scratch.bare, name)).rejects.toMatchObject({ code: "invalid" });
    },
  );

  test("a revision that does not exist is null", async () => {
    expect(await resolveCommit(scratch.bare, "a")).toBeNull();
    expect(await resolveCommit(scratch.bare, "1".repeat(40))).toBeNull();
  });
});

describe("the gate's checkout", () => {
  test("is exactly the tree, whatever its attributes ask for", async () => {
    await writeFile(join(scratch.work, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    await symlink("/etc/passwd", join(scratch.work, "link"));
    const attributes = "*.md export-ignore filter=evil\n*.txt export-subst diff=evil\n";
    const head = await branch("one", { ".gitattributes": attributes, "a.txt": "$Format:%H$\n", "dir/b": "b" });
    const directory = join(scratch.directory, "gate");
    await mkdir(directory);
    const size = await exportTree(scratch.bare, head, directory);
    expect(size.files).toBe(6);
    expect((await readdir(directory)).sort()).toEqual([
      ".gitattributes",
      "README.md",
      "a.txt",
      "dir",
      "link",
      "run.sh",
    ]);
    expect(await readFile(join(directory, "a.txt"), "utf8")).toBe("$Format:%H$\n");
    expect(await readlink(join(directory, "link"))).toBe("/etc/passwd");
    expect((await lstat(join(directory, "run.sh"))).mode & 0o111).toBe(0o111);
    await removeDirectory(directory);
    expect((await lstat("/etc/passwd")).isFile()).toBe(true);
  });

  test("a tree that is too large is refused before a byte is written", async () => {
    const directory = join(scratch.directory, "gate");
    await mkdir(directory);
    await expect(exportTree(scratch.bare, main, directory, { maxBytes: 3 })).rejects.toMatchObject({
      code: "too_large",
    });
    expect(await readdir(directory)).toEqual([]);
  });

  test("a tree made by hand to write through a link or into .git writes nothing outside", async () => {
    const blob = await userGit(scratch.bare, "rev-parse", "main:README.md");
    const outside = join(scratch.directory, "outside");
    await mkdir(outside);
    const target = (await git(["hash-object", "-w", "--stdin"], { repository: scratch.bare, input: outside })).stdout
      .toString()
      .trim();
    const inner = await makeTree([["100644", "file", blob]]);
    for (const tree of [
      await makeTree([
        ["120000", "a", target],
        ["40000", "a", inner],
      ]),
      await makeTree([["40000", "..", inner]]),
      await makeTree([["40000", ".git", inner]]),
    ]) {
      const commit = (await git(["commit-tree", tree, "-m", "x"], { repository: scratch.bare, env: IDENTITY })).stdout
        .toString()
        .trim();
      const directory = join(scratch.directory, `gate-${tree}`);
      await mkdir(directory);
      await exportTree(scratch.bare, commit, directory).catch(() => undefined);
      expect(await readdir(outside)).toEqual([]);
      expect(await readdir(directory)).not.toContain(".git");
    }
    expect(await readdir(scratch.directory)).not.toContain("file");
  });

  const IDENTITY = { GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x", GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x" };
  const makeTree = async (entries: [mode: string, name: string, id: string][]) => {
    const parts = entries.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
    );
    const args = ["hash-object", "-w", "--literally", "-t", "tree", "--stdin"];
    return (await git(args, { repository: scratch.bare, input: Buffer.concat(parts) })).stdout.toString().trim();
  };
});

describe("a repository's source", () => {
  let sourcePath: string;
  const open = (path = sourcePath) => openSource(path, { allowedRoots: [join(scratch.directory, "sources")] });

  beforeEach(async () => {
    sourcePath = join(scratch.directory, "sources", "app.git");
    await mkdir(join(scratch.directory, "sources"));
    await userGit(scratch.directory, "clone", "-q", "--bare", scratch.work, sourcePath);
  });

  test("is inspected, fetched, and pushed to without force", async () => {
    const source = await open();
    expect(await inspectSource(source)).toEqual({ defaultBranch: "main", branches: new Map([["main", main]]) });
    const copy = join(scratch.directory, "copy.git");
    await createBareRepository(copy, { defaultBranch: "main", hooksDirectory: scratch.hooks });
    expect(await fetchFromSource(copy, source, { branch: "main" })).toBe(main);
    expect(await fetchFromSource(copy, source, { branch: "none" })).toBeNull();
    expect(await advanceBranch(copy, { branch: "main", newCommit: main, oldCommit: null })).toBe("advanced");

    const newCommit = await branch("one", { "a.txt": "a" });
    const push = { branch: "main", commit: newCommit };
    expect(await pushToSource(scratch.bare, source, push)).toEqual({ outcome: "pushed" });
    expect(await pushToSource(scratch.bare, source, push)).toEqual({ outcome: "up_to_date" });
    const other = await branch("two", { "b.txt": "b" });
    expect(await pushToSource(scratch.bare, source, { branch: "main", commit: other })).toEqual({ outcome: "moved" });
    expect(await userGit(sourcePath, "rev-parse", "main")).toBe(newCommit);
  });

  test("with its branch checked out refuses the push, and says why", async () => {
    const checkedOut = join(scratch.directory, "sources", "work");
    await userGit(scratch.directory, "clone", "-q", sourcePath, checkedOut);
    const commit = await branch("one", { "a.txt": "a" });
    const answer = await pushToSource(scratch.bare, await open(checkedOut), { branch: "main", commit });
    expect(answer).toEqual({ outcome: "refused", message: expect.stringContaining("checked out") });
  });

  test("may lie only under an allowed folder, also behind links and dots", async () => {
    await symlink(scratch.bare, join(scratch.directory, "sources", "link"));
    const sources = join(scratch.directory, "sources");
    for (const path of [
      scratch.bare,
      `${sources}/link`,
      `${sources}/../bare.git`,
      `${sources}x`,
      "/etc",
      `${sources}/none`,
    ]) {
      await expect(open(path)).rejects.toMatchObject({ code: "invalid" });
    }
    await expect(openSource(sourcePath)).rejects.toMatchObject({ code: "invalid" });
  });

  test("that is no repository is a clear refusal", async () => {
    await mkdir(join(scratch.directory, "sources", "empty"));
    const source = await open(join(scratch.directory, "sources", "empty"));
    await expect(inspectSource(source)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("the executor", () => {
  test("hooks, filters and monitors of a repository do not run", async () => {
    const mark = join(scratch.directory, "owned");
    const script = `#!/bin/sh\necho x > ${mark}\n`;
    await mkdir(join(scratch.bare, "hooks"), { recursive: true });
    for (const hook of ["reference-transaction", "post-update", "update"]) {
      await writeFile(join(scratch.bare, "hooks", hook), script, { mode: 0o755 });
    }
    await userGit(scratch.bare, "config", "core.fsmonitor", join(scratch.bare, "hooks", "update"));
    await userGit(scratch.bare, "config", "core.hooksPath", join(scratch.bare, "hooks"));
    const commit = await branch("two", { "a.txt": "a" });
    const control = await readFile(mark, "utf8").catch(() => "");
    expect(control).toBe("x\n");
    await removeDirectory(mark);
    await landCommit(scratch.bare, { branch: "main", newCommit: commit, oldCommit: main, jobId: "job-1" });
    await expect(readFile(mark)).rejects.toThrow();
  });

  test("a command that takes too long or says too much is ended", async () => {
    // Nobody ever writes to it, so that reading it never ends.
    const pipe = join(scratch.bare, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(git(["hash-object", pipe], { repository: scratch.bare, timeoutSeconds: 0.2 })).rejects.toMatchObject({
      reason: "timeout",
    });
    await expect(
      git(["cat-file", "--batch"], {
        repository: scratch.bare,
        input: `${main}\n`.repeat(1000),
        outputLimitBytes: 100,
      }),
    ).rejects.toMatchObject({ reason: "output" });
  });

  test("nothing of the server's environment reaches git", async () => {
    process.env.GIT_DIR = "/nonexistent";
    const result = await git(["rev-parse", "main"], { repository: scratch.bare });
    delete process.env.GIT_DIR;
    expect(result.stdout.toString().trim()).toBe(main);
  });

  test("making a repository again leaves it as it is", async () => {
    const before = createHash("sha256")
      .update(await readFile(join(scratch.bare, "config")))
      .digest("hex");
    await createBareRepository(scratch.bare, { defaultBranch: "other", hooksDirectory: "/x" });
    expect(
      createHash("sha256")
        .update(await readFile(join(scratch.bare, "config")))
        .digest("hex"),
    ).toBe(before);
    expect((await readdir(scratch.directory)).filter((name) => name.includes(".new-"))).toEqual([]);
  });
});
