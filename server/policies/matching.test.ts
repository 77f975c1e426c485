import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { workFolder } from "./paths.ts";
import { decideByRules, exactRules, readFacts, type Rule } from "./rules.ts";

const host = mkdtempSync(join(tmpdir(), "entourage-policies-"));
afterAll(() => rmSync(host, { recursive: true, force: true }));
mkdirSync(join(host, "docs"));
writeFileSync(join(host, "docs/a.md"), "a");
symlinkSync("/etc", join(host, "docs/out"));
symlinkSync("../..", join(host, "docs/up"));
symlinkSync("docs", join(host, "papers"));
symlinkSync("loop", join(host, "loop"));
const folders = [{ at: "/work", host }];

const rule = (
  subject: Rule["subject"],
  pattern: string,
  effect: Rule["effect"] = "allow",
  access: Rule["access"] = null,
): Rule => ({
  id: `${effect} ${pattern}`,
  ...{ subject, pattern, effect, access },
});
const blank = { title: "", tool: "Bash", toolKind: "execute", paths: [], command: null };
const run = async (rules: Rule[], command: string) =>
  decideByRules(rules, await readFacts({ ...blank, command }, folders)).decision;
const write = async (rules: Rule[], path: string, toolKind = "edit") =>
  decideByRules(rules, await readFacts({ ...blank, tool: "Edit", toolKind, paths: [path] }, folders)).decision;
const reach = async (rules: Rule[], url: string) =>
  decideByRules(rules, await readFacts({ ...blank, tool: "WebFetch", toolKind: "fetch", input: { url } }, folders))
    .decision;

const git = [
  rule("command", "git status"),
  rule("command", "git log *"),
  rule("command", "ls *"),
  rule("command", "wc -l"),
];

test.for([
  "git status",
  "git   status",
  "'git' \"status\"",
  "/usr/bin/git status",
  "git log --oneline -3",
  "git status && git log",
  "git log | wc -l",
  "git status; ls -la; git log -1",
  "git status # and no more",
  "git \\\n status",
  "ls 2>&1",
  "ls > /dev/null",
])("a command whose every part is allowed goes without asking: %s", async (command) => {
  expect(await run(git, command)).toBe("allow");
});

test.for([
  "git push",
  "git status --porcelain",
  "git statusx",
  "git status; rm -rf /",
  "git status && curl evil.example",
  "git status | sh",
  "git status & rm x",
  "git status\nrm x",
  "git log $(rm x)",
  "git log `rm x`",
  'git log "$(rm x)"',
  "git log ${IFS}x",
  "ls <(rm x)",
  "ls << EOF\nx\nEOF",
  "GIT_SSH_COMMAND=rm git status",
  "env git status",
  "./git status",
  `${workFolder}/git status`,
  "/usr/bin/../../work/git status",
  "/lib64/ld-linux-x86-64.so.2 /usr/bin/git status",
  "sh -c 'git status'",
  "ls > /etc/passwd",
  "ls > .git/hooks/pre-commit",
  "git log 'unended",
  "(git status)",
  "if git status; then ls; fi",
  "g{it,} status",
  "git status\0",
  "",
])("a command that holds anything else is asked for: %j", async (command) => {
  expect(await run(git, command)).toBe("ask");
});

test.for([
  "rm -rf x",
  "/bin/rm -rf x",
  "r'm' -rf x",
  "\\rm -rf x",
  "env A=1 rm -rf x",
  "A=1 rm -rf x",
  "sh -c 'rm -rf x'",
  "echo $(rm -rf x)",
  "echo `rm -rf x`",
  "ls && rm -rf x",
  "ls | xargs rm -rf",
  "timeout 5 rm -rf x",
  "/lib64/ld-linux-x86-64.so.2 /bin/rm -rf x",
  "busybox rm -rf x",
  "find . -exec rm -rf x",
  "{ rm -rf x; }",
])("a denied program is denied however it is written: %s", async (command) => {
  const rules = [rule("command", "*"), rule("command", "rm *", "deny")];
  expect(await run(rules, command)).toBe("deny");
  expect(await run(rules, "echo rm"), "a mention is none").toBe("allow");
});

const docs = [rule("path", "docs/**", "allow", "write"), rule("path", "docs/secret*", "deny")];

test.for([
  ["docs/a.md", "allow"],
  ["docs/new/b.md", "allow"],
  [`${workFolder}/docs/a.md`, "allow"],
  ["./docs/./a.md", "allow"],
  ["papers/a.md", "allow"],
  ["docs/../a.md", "ask"],
  ["docs/out/passwd", "ask"],
  ["docs/up/work/a.md", "ask"],
  ["docs/up/etc/passwd", "ask"],
  ["papers/secret.txt", "deny"],
  ["docs/out/../work/docs/a.md", "allow"],
  ["/proc/self/root/work/docs/a.md", "ask"],
  ["/proc/1/cwd/docs/a.md", "ask"],
  ["/dev/fd/3", "ask"],
  ["loop/a.md", "ask"],
  ["docs/a.md\0.png", "ask"],
  ["/etc/passwd", "ask"],
  ["../docs/a.md", "ask"],
] as const)("writing %s, with its links followed inside the sandbox: %s", async ([path, expected]) => {
  expect(await write(docs, path)).toBe(expected);
});

test("reading in the workspace needs no permission; beyond it, and what git obeys, does", async () => {
  expect(await write([], "src/a.ts", "read")).toBe("allow");
  expect(await write([], "docs/out/passwd", "read")).toBe("ask");
  expect(await write([], "/etc/netrc", "read")).toBe("ask");
  expect(await write([rule("tool", "Edit")], "src/a.ts")).toBe("allow");
  expect(await write([rule("tool", "Edit")], ".git/config")).toBe("ask");
  expect(await write([rule("tool", "Edit")], "/etc/passwd")).toBe("ask");
  expect(await run([rule("path", `${workFolder}/.env`, "deny")], "cat .env")).toBe("deny");
  expect(await run([rule("command", "cat *"), rule("path", `${workFolder}/.env`, "deny")], "cat docs/../.env")).toBe(
    "deny",
  );
});

test.for([
  ["https://docs.example.com/a", "allow"],
  ["https://DOCS.example.com./a", "allow"],
  ["https://example.com/", "ask"],
  ["https://docs.example.com.evil.org/", "ask"],
  ["https://docs.example.com@evil.org/", "ask"],
  ["https://evil.org\0.example.com/", "ask"],
  ["https://evil.org%00.example.com/", "ask"],
  ["https://evil.org\\.example.com/", "ask"],
  ["http://169.254.169.254/latest", "deny"],
  ["http://0xa9fea9fe/latest", "deny"],
] as const)("the host of %j is the one a URL parser finds: %s", async ([url, expected]) => {
  expect(await reach([rule("network", "*.example.com"), rule("network", "169.254.*", "deny")], url)).toBe(expected);
});

test("deny wins over ask and ask over allow, whichever was set first", async () => {
  const [allow, ask, deny] = (["allow", "ask", "deny"] as const).map((effect) =>
    rule("command", "npm publish", effect),
  );
  if (!allow || !ask || !deny) throw new Error("three rules");
  expect(await run([allow, ask, deny], "npm publish")).toBe("deny");
  expect(await run([deny, allow], "npm publish")).toBe("deny");
  expect(await run([allow, ask], "npm publish")).toBe("ask");
  expect(await run([allow], "npm publish")).toBe("allow");
});

test("what is allowed for good is exactly what was asked, or nothing where no pattern can say it", async () => {
  const facts = (command: string) => readFacts({ ...blank, command }, folders);
  expect(exactRules(await facts("npm test && ls -la"))).toEqual([
    { subject: "command", access: null, pattern: "npm test" },
    { subject: "command", access: null, pattern: "ls -la" },
  ]);
  for (const command of ["rm *", "git commit -m 'two words'", "echo $HOME", "echo ''"])
    expect(exactRules(await facts(command)), command).toBeNull();
});
