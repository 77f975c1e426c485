import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { isBranchName, requireCommitId, requireTreePath, taskBranchName } from "./names.ts";

test.each([
  [12, "Fix the login", "task-12-fix-the-login"],
  [1, "Élan: naïve — café!", "task-1-elan-naive-cafe"],
  [2, "задача", "task-2-work"],
  [3, "--upload-pack=touch /tmp/x", "task-3-upload-pack-touch-tmp-x"],
  [4, "../../etc\npasswd", "task-4-etc-passwd"],
  [5, "a".repeat(300), `task-5-${"a".repeat(40)}`],
  [6, "", "task-6-work"],
])("task %i %j has a branch that git takes", (number, title, branch) => {
  expect(taskBranchName(number, title)).toBe(branch);
  expect(isBranchName(branch)).toBe(true);
});

test.each(["a", "main", "feature/x", "release-1.2", "user/a_b+c", "v1@x", "a".repeat(200)])(
  "%j is a branch name",
  (name) => {
    expect(isBranchName(name)).toBe(true);
    execFileSync("git", ["check-ref-format", "--branch", name], { stdio: "ignore" });
  },
);

test.each([
  "",
  "-h",
  "--upload-pack=x",
  "a..b",
  "../a",
  "a/../b",
  "/a",
  "a/",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.lock/b",
  "a.",
  "HEAD",
  "refs/heads/a",
  "a b",
  "a\nb",
  "a\0b",
  "a~1",
  "a^",
  "a:b",
  "a?",
  "a*",
  "a[b",
  "a\\b",
  "a@{1}",
  "@",
  "задача",
  "\uFFFD",
  "a".repeat(201),
])("%j is no branch name", (name) => {
  expect(isBranchName(name)).toBe(false);
});

test.each(["abc", "HEAD", "-h", "A".repeat(40), `${"a".repeat(40)}\n`, "--output=x", ""])(
  "%j is no commit id",
  (id) => {
    expect(() => requireCommitId(id)).toThrow(/40 hexadecimal/);
  },
);

test.each(["/etc/passwd", "../x", "a/../../x", "a//b", "", ".", ".git/config", "a/.GIT/x", "a\0b", "a".repeat(5000)])(
  "%j is no path of a tree",
  (path) => expect(() => requireTreePath(path)).toThrow(/relative to the top/),
);

test.each(["README.md", "src/a b.ts", "-h", "--output=x", ".gitignore", "a/.github/x", ":(top)x", "*"])(
  "%j is a path",
  (path) => {
    expect(requireTreePath(path)).toBe(path);
  },
);
