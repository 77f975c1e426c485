import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, vi } from "vitest";
import { createApiKey } from "#server/api-keys/service.ts";
import type { Actor, Runtime } from "#server/context.ts";
import { execute } from "#server/execute.ts";
import { gitAccess } from "#server/git/access.ts";
import { handleGitRequest } from "#server/git/http.ts";
import { userGit } from "#server/git/test/repository.ts";
import { claimTask } from "#server/leases/operations.ts";
import { createLogger } from "#server/log.ts";
import { requestReviewOperation } from "#server/reviews/operations.ts";
import { chooseSandbox } from "#server/sandbox/choose.ts";
import { createTask, getTask } from "#server/tasks/operations.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { startRepositoryCopies } from "#worker/jobs/prepare-repo.ts";
import { getRepo, registerRepo } from "../operations.ts";
import { hooksDirectory, repositoryPath } from "../queries.ts";
import type { Repo } from "../schema.ts";

export const call = { requestId: "test" };
export const log = createLogger("test");
log.level = "silent";

type Files = Record<string, string | Buffer>;

/** An agent with a key of its own. */
export interface Worker {
  actor: Actor;
  key: string;
}

/** A team at work with real git over real HTTP: repositories on disk, keys, clones. Call it at the file's top level. */
export async function openWorkshop() {
  const { runtime: base, db, url } = await openTestRuntime();
  const dataDir = await mkdtemp(join(tmpdir(), "entourage-workshop-"));
  const isolated = await chooseSandbox({ sandbox: "auto", dataDir: "" }).then(
    () => true,
    () => false,
  );
  const settings: Runtime["settings"] = {
    ...base.settings,
    dataDir,
    repoRoots: [join(dataDir, "sources")],
    sandbox: isolated ? "bubblewrap" : "process",
  };
  const runtime: Runtime = { ...base, settings };
  await mkdir(join(dataDir, "sources"));
  const faults: unknown[] = [];
  const server = createServer((request, response) => {
    void handleGitRequest(request, response, {
      authorize: gitAccess(runtime),
      hooksDirectory: hooksDirectory(settings),
      onError: (error) => faults.push(error),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an object, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const copies = startRepositoryCopies(runtime, { log });
  afterAll(async () => {
    await copies.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(dataDir, { recursive: true, force: true });
  });

  /** A registered repository whose copy is there. */
  async function addRepo(org: TestOrg, input: Record<string, unknown> = {}): Promise<Repo> {
    const { repo } = await execute(
      registerRepo,
      runtime,
      org.owner,
      { teamId: org.teamId, name: "app", ...input },
      call,
    );
    return vi.waitFor(
      async () => {
        const { repo: now } = await execute(getRepo, runtime, org.owner, { repoId: repo.id }, call);
        if (now.status === "initializing") throw new Error("still initializing");
        return now;
      },
      { timeout: 15_000, interval: 20 },
    );
  }

  async function keyFor(org: TestOrg, owner: Actor, agentId: string | null, scopes?: ("read" | "agent" | "all")[]) {
    const { key } = await as(runtime, { ...owner, orgId: org.orgId }, (context) =>
      createApiKey(context, { name: "test", agentId, expiresInDays: null, ...(scopes ? { scopes } : {}) }),
    );
    return key;
  }

  async function addWorker(org: TestOrg, options?: Parameters<typeof createTestAgent>[2]): Promise<Worker> {
    const actor = await createTestAgent(runtime, org, { slots: 9, ...options });
    return { actor, key: await keyFor(org, org.owner, actor.id) };
  }

  const remote = (org: TestOrg, repo: Repo, key: string, username = "x") =>
    `http://${username}:${key}@127.0.0.1:${port}/api/git/${org.slug}/${repo.slug}.git`;

  async function clone(org: TestOrg, repo: Repo, key: string, username?: string): Promise<string> {
    const directory = await mkdtemp(join(dataDir, "clone-"));
    await userGit(directory, "clone", "-q", remote(org, repo, key, username), ".");
    return directory;
  }

  async function commit(directory: string, files: Files, message = "work"): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    }
    await userGit(directory, "add", "-A");
    await userGit(directory, "commit", "-q", "--allow-empty", "-m", message);
    return userGit(directory, "rev-parse", "HEAD");
  }

  async function addTask(org: TestOrg, repo: Repo | null, title = "Do it") {
    const input = { teamId: org.teamId, title, repoId: repo?.id ?? null };
    return (await execute(createTask, runtime, org.owner, input, call)).task;
  }

  async function claim(worker: Worker, taskId: string) {
    const { claim: taken } = await execute(claimTask, runtime, worker.actor, { task: taskId }, call);
    if (!taken) throw new Error("not claimed");
    return taken;
  }

  /** A task with pushed work and an open review. */
  async function submit(org: TestOrg, repo: Repo, worker: Worker, files: Files, title?: string) {
    const task = await addTask(org, repo, title);
    const { lease } = await claim(worker, task.id);
    const directory = await clone(org, repo, worker.key, lease.id);
    const head = await commit(directory, files);
    await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${task.branch}`);
    await execute(
      requestReviewOperation,
      runtime,
      worker.actor,
      { task: task.id, commit: head, summary: "Done." },
      call,
    );
    return { task, lease, directory, head };
  }

  const readTask = async (org: TestOrg, taskId: string) =>
    (await execute(getTask, runtime, org.owner, { task: taskId }, call)).task;
  const bare = (org: TestOrg, repo: Repo) => repositoryPath(settings, { orgId: org.orgId, id: repo.id });
  const newOrg = () => createTestOrg(runtime);

  return {
    ...{ runtime, db, url, dataDir, faults, newOrg, addRepo, addWorker, keyFor, remote, clone, commit, addTask, claim },
    ...{ submit, readTask, bare },
  };
}
