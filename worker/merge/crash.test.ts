import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { execute } from "#server/execute.ts";
import { readCommit } from "#server/git/history.ts";
import { listMergedRefs } from "#server/git/landing.ts";
import { userGit } from "#server/git/test/repository.ts";
import { newId } from "#server/ids.ts";
import { getMergeStatus } from "#server/merges/operations.ts";
import { call, openWorkshop } from "#server/repos/test/workshop.ts";
import { approveTask } from "#server/reviews/operations.ts";

const shop = await openWorkshop();
const { runtime } = shop;
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A worker process; with a failpoint it kills itself there. */
function startWorker(failpoint?: string): Promise<NodeJS.Signals | null> {
  const child = fork(new URL("./test/merger.ts", import.meta.url), [shop.url, JSON.stringify(runtime.settings)], {
    env: {
      ...process.env,
      NODE_ENV: "test",
      ENTOURAGE_LOG_LEVEL: "silent",
      ...(failpoint ? { ENTOURAGE_FAILPOINT: `${failpoint}:kill` } : {}),
    },
    stdio: "inherit",
  });
  started.push(child);
  return new Promise((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
}

async function localSource(): Promise<string> {
  const path = join(runtime.settings.repoRoots[0] ?? "", newId());
  await mkdir(path);
  await userGit(path, "init", "-q", "--bare", "-b", "main");
  const work = join(shop.dataDir, newId());
  await userGit(shop.dataDir, "clone", "-q", path, work);
  await shop.commit(work, { "old.txt": "old\n" });
  await userGit(work, "push", "-q", "origin", "HEAD:refs/heads/main");
  return path;
}

const points = [
  ["merge.after_start", "hosted"],
  ["merge.after_update_ref", "hosted"],
  ["merge.after_gate", "local"],
  ["merge.after_push", "local"],
];
const morePoints = [
  ["merge.after_gate", "hosted"],
  ["merge.after_update_ref", "local"],
];

test.each(process.env.ENTOURAGE_TEST_FULL === "1" ? [...points, ...morePoints] : points)(
  "killed at %s (%s), the merge is taken up and happens exactly once",
  async (failpoint, kind) => {
    const org = await shop.newOrg();
    const path = kind === "local" ? await localSource() : null;
    const repo = await shop.addRepo(org, { gateCommand: "ls", ...(path ? { source: path } : {}) });
    const worker = await shop.addWorker(org);
    const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
    await execute(approveTask, runtime, org.owner, { task: task.id }, call);
    expect(await startWorker(failpoint)).toBe("SIGKILL");
    void startWorker();
    const read = () => execute(getMergeStatus, runtime, org.owner, { task: task.id }, call);
    await vi.waitFor(async () => expect((await read()).job?.status).toBe("merged"), { timeout: 15_000, interval: 50 });
    const { job, taskStatus } = await read();
    const bare = shop.bare(org, repo);
    expect(taskStatus).toBe("done");
    expect(await readCommit(bare, "refs/heads/main")).toBe(job?.mergeCommit);
    expect([...(await listMergedRefs(bare)).values()]).toEqual([job?.mergeCommit]);
    expect(await userGit(bare, "rev-list", "--first-parent", "--count", "main")).toBe("2");
    expect(job?.gate?.passed).toBe(true);
    if (path) expect(await userGit(path, "rev-parse", "main")).toBe(job?.mergeCommit);
  },
);

test("what a killed worker left of a gate that was cancelled goes away, its processes too", async () => {
  const gates = join(shop.dataDir, "gates");
  const folder = join(gates, `${newId()}-00000000`);
  await mkdir(folder, { recursive: true });
  // A sandbox as it stays behind: its command line names the folder, and nobody is its parent any more.
  const sandbox = spawn("sh", ["-c", "sleep 600; :", folder], { argv0: "bwrap", detached: true, stdio: "ignore" });
  started.push(sandbox);
  void startWorker();
  await vi.waitFor(async () => expect(await readdir(gates)).toEqual([]), { timeout: 10_000, interval: 50 });
  await vi.waitFor(() => expect(sandbox.signalCode).toBe("SIGKILL"), 15_000);
});
