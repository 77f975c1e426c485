import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { workspaceStatuses } from "#db/enums.ts";
import type { Actor } from "../context.ts";
import { compareWithFold } from "../events/replay.ts";
import { record } from "../events/record.ts";
import { execute } from "../execute.ts";
import { userGit } from "../git/test/repository.ts";
import { newId } from "../ids.ts";
import { call } from "../repos/test/workshop.ts";
import { as, createTestMember } from "../test/fixtures.ts";
import { createSession, stopSessionOperation } from "../sessions/operations.ts";
import * as operations from "./operations.ts";
import { workspaceRoot } from "./place.ts";
import { openWorkingCopies } from "./test/working-copies.ts";
import { findWorkspace } from "./queries.ts";
import { openTaskWorkspace } from "./service.ts";
import { requireTransition } from "./transitions.ts";
import { runInWorkspace } from "./running.ts";

const shop = await openWorkingCopies();
const { runtime, org, repo, create, get, settled, made, filesOf } = shop;
const other = await shop.newOrg();

/** Written out by hand a second time: a slip in the table is a slip in one place only. */
const legal = new Set(
  "initializing>ready initializing>error initializing>removed ready>initializing ready>removed error>initializing error>removed".split(
    " ",
  ),
);
describe.for(workspaceStatuses)("a workspace that is %s", (from) => {
  test.for(workspaceStatuses)("→ %s", (to) => {
    const move = () => requireTransition({ name: "app", status: from }, to);
    if (legal.has(`${from}>${to}`)) expect(move).not.toThrow();
    else expect(move).toThrow(from === "removed" ? "make a new one" : "From there it can become");
  });
});

test("from a repository: its files on a branch of its own, objects borrowed and not copied", async () => {
  const workspace = await made({ repoId: repo.id, name: "Try it" });
  expect(workspace).toMatchObject({ status: "ready", branch: "try-it", baseCommit: repo.headCommit, source: "repo" });
  expect(workspace.disk?.files).toBeGreaterThan(0);
  const files = filesOf(workspace.id);
  expect(await readFile(join(files, ".git/HEAD"), "utf8")).toBe("ref: refs/heads/try-it\n");
  expect(await readFile(join(files, ".git/objects/info/alternates"), "utf8")).toBe(`${shop.bare(org, repo)}/objects\n`);
  const config = await readFile(join(files, ".git/config"), "utf8");
  expect(config).toContain(`/api/git/${org.slug}/${repo.slug}.git`);
  expect(existsSync(join(files, ".git/hooks")), "no hook of anybody's").toBe(false);
});

test("with nothing in it: a repository of its own, where what is made is seen as changed", async () => {
  const workspace = await made({ empty: true });
  expect(workspace).toMatchObject({
    status: "ready",
    source: "empty",
    repo: null,
    name: "New work",
    branch: "new-work",
  });
  expect(workspace.baseCommit).toMatch(/^[0-9a-f]{40}$/);
  const { output, exitCode } = await runInWorkspace(
    runtime.settings,
    { ...(await as(runtime, org.owner, (context) => findWorkspace(context, workspace.id))) },
    { command: "git log --format=%s; touch a; git status --porcelain", timeoutSeconds: 20, outputLimitBytes: 10_000 },
  );
  expect([exitCode, output]).toEqual([0, "Begin\n?? a\n"]);
  await expect(create({ empty: true, repoId: repo.id })).rejects.toThrow("one of repoId, task, url, path and empty");
  const begin = (place: object) =>
    execute(createSession, runtime, org.owner, { teamId: org.teamId, agentKind: "entourage", ...place }, call);
  const { session } = await begin({ empty: true });
  expect((await get(session.workspaceId ?? "")).source, "a session begins in one too").toBe("empty");
  await expect(begin({ empty: true, url: "https://example.com/a.git" })).rejects.toThrow("Name one of");
});

test("a task has one workspace, on its branch with what was pushed, whoever asks and how many at once", async () => {
  const worker = await shop.addWorker(org);
  const { task, head } = await shop.submit(org, repo, worker, { "a.txt": "1" });
  const ids = await Promise.all(
    [1, 2, 3].map(() => as(runtime, org.owner, (context) => openTaskWorkspace(context, task))),
  );
  expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
  expect(ids.filter(({ isNew }) => isNew).length).toBe(1);
  const workspace = await settled(ids[0]?.id ?? "");
  expect(workspace).toMatchObject({ branch: task.branch, baseCommit: head, task: { number: task.number } });
  expect(await readFile(join(filesOf(workspace.id), "a.txt"), "utf8")).toBe("1");
  await expect(create({ task: task.id })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining(workspace.id),
  });
});

test("what runs inside reads the repository's objects and can not change them", async () => {
  const { id } = await made({ repoId: repo.id });
  const row = await as(runtime, org.owner, (context) => findWorkspace(context, id));
  const script = `git log --oneline && for f in "$(cat .git/objects/info/alternates)"; do echo x > "$f/planted"; done; echo done`;
  const { output } = await runInWorkspace(runtime.settings, row, {
    command: script,
    timeoutSeconds: 30,
    outputLimitBytes: 10_000,
  });
  expect(output).toContain("Begin");
  expect(output).toContain("done");
  if (runtime.settings.sandbox === "bubblewrap")
    expect(existsSync(join(shop.bare(org, repo), "objects/planted"))).toBe(false);
});

test("a set-up script runs in the sandbox; where it fails, that is said, its output kept, and it can be tried again", async () => {
  const setupScript = `echo "set up in $PWD"; mkdir -p /cache/x 2>/dev/null; [ -f ok ] || { touch ok; exit 3; }; echo fine > result.txt`;
  const failed = await made({ repoId: repo.id, setupScript });
  expect(failed).toMatchObject({
    status: "error",
    error: "The set-up script ended with exit code 3. Its output is kept.",
  });
  expect(failed.setupOutput).toContain("set up in");
  await writeFile(join(filesOf(failed.id), "mine.txt"), "kept");
  await execute(operations.retryWorkspace, runtime, org.owner, { workspaceId: failed.id }, call);
  expect(await settled(failed.id)).toMatchObject({ status: "ready", error: null });
  expect(await readFile(join(filesOf(failed.id), "result.txt"), "utf8")).toBe("fine\n");
  expect(await readFile(join(filesOf(failed.id), "mine.txt"), "utf8")).toBe("kept");
});

test("a path of the server: owners only, below allowed folders only, and copied", async () => {
  const source = join(runtime.settings.repoRoots[0] ?? "", "mine");
  await mkdir(source, { recursive: true });
  await userGit(source, "init", "-q", "-b", "trunk", ".");
  await shop.commit(source, { "b.txt": "2" });
  const workspace = await made({ path: source, branch: "trunk" });
  expect(workspace).toMatchObject({ status: "ready", source: "local", repo: null });
  expect(await readFile(join(filesOf(workspace.id), "b.txt"), "utf8")).toBe("2");
  const member = await createTestMember(runtime, org, "member");
  await expect(create({ path: source }, member)).rejects.toMatchObject({ code: "forbidden" });
  for (const path of ["/etc", `${source}/../../..`, "relative"])
    await expect(create({ path })).rejects.toMatchObject({ code: "invalid" });
});

test("addresses inside the network, other protocols and programs are not cloned", async () => {
  const hostile = [
    "https://127.0.0.1/x.git",
    "https://169.254.169.254/latest",
    "file:///etc",
    "ext::sh -c id",
    "--upload-pack=id",
    "/etc",
  ];
  for (const url of hostile) await expect(create({ url }), url).rejects.toMatchObject({ code: "invalid" });
});

test("one source, not two and not none; a branch that is a branch", async () => {
  await expect(create({})).rejects.toMatchObject({ code: "invalid" });
  await expect(create({ repoId: repo.id, url: "https://example.org/x.git" })).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(create({ repoId: repo.id, branch: "--evil" })).rejects.toMatchObject({ code: "invalid" });
  await expect(create({ repoId: newId() })).rejects.toMatchObject({ code: "not_found" });
});

test("removed: its files go, and it is found no more; not by somebody else's hand", async () => {
  const { id } = await made({ repoId: repo.id });
  const member = await createTestMember(runtime, org, "member");
  const remove = (actor: Actor) => execute(operations.removeWorkspace, runtime, actor, { workspaceId: id }, call);
  await expect(remove(member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(remove(other.owner)).rejects.toMatchObject({ code: "not_found" });
  const session = { workspaceId: id, agentKind: "entourage", name: "Inside" };
  const begun = await execute(createSession, runtime, org.owner, { teamId: org.teamId, ...session }, call);
  await expect(remove(org.owner)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/Inside lives in .*stop_session/),
  });
  await execute(stopSessionOperation, runtime, org.owner, { sessionId: begun.session.id }, call);
  await remove(org.owner);
  await vi.waitFor(
    () => expect(existsSync(workspaceRoot(runtime.settings, { orgId: org.orgId, id }))).toBe(false),
    15_000,
  );
  await expect(get(id)).rejects.toMatchObject({ code: "not_found" });
});

test("viewers read and change nothing; people of other teams see nothing", async () => {
  const { id } = await made({ repoId: repo.id });
  const viewer = await createTestMember(runtime, org, "viewer");
  expect((await get(id, viewer)).id).toBe(id);
  const rename = (actor: Actor) =>
    execute(operations.renameWorkspace, runtime, actor, { workspaceId: id, name: "x" }, call);
  await expect(rename(viewer)).rejects.toMatchObject({ code: "forbidden" });
  const stranger: Actor = { ...(await createTestMember(runtime, org, "member")), teams: [] };
  await expect(rename(stranger)).rejects.toMatchObject({ code: "not_found" });
  expect((await rename(org.owner)).workspace.name).toBe("x");
});

test("what a worker that died left half made is deleted, and the workspace is made all the same", async () => {
  const id = newId();
  const root = workspaceRoot(runtime.settings, { orgId: org.orgId, id });
  const draft = `${root}.new-${newId()}`;
  await mkdir(join(draft, "files"), { recursive: true });
  await as(runtime, org.owner, (context) =>
    record(context, "workspace.created", [
      {
        ...{ subject: id, team: org.teamId },
        data: { name: "x", source: "repo", sourceUrl: null, repoId: repo.id, branch: "x", setupScript: "" },
      },
    ]),
  );
  expect((await settled(id)).status).toBe("ready");
  const nudge = async () => {
    await execute(operations.renameWorkspace, runtime, org.owner, { workspaceId: id, name: newId() }, call);
    if (existsSync(draft)) throw new Error("still there");
  };
  await vi.waitFor(nudge, { timeout: 15_000, interval: 200 });
  expect(existsSync(dirname(filesOf(id)))).toBe(true);
});

test("workspaces are a fold of the events", async () => {
  const { tables } = await compareWithFold(shop.url);
  const found = tables.find(({ table }) => table === "workspaces");
  expect(found).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
  expect(found?.rows).toBeGreaterThan(0);
});
