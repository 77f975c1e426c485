import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page } from "@playwright/test";
import { z } from "zod";
import { call } from "./session.ts";

const run = promisify(execFile);

/** What `list_tasks` answers, as far as walks read it. */
export const titled = z.object({ tasks: z.array(z.object({ number: z.int(), title: z.string() })) });

/**
 * A task whose work waits for a verdict: an agent has claimed it, pushed a commit with real git and requested its
 * review. In a team of its own.
 */
export async function handIn(page: Page, title: string, { autoMerge = true } = {}) {
  const stamp = `${Date.now()}`;
  const { team } = await call(page, "create_team", { name: `Team ${stamp}`, autoMerge });
  const teamId = team.id;
  const { agent } = await call(page, "create_agent", { teamId, name: `writer-${stamp}` });
  const { key } = await call(page, "create_api_key", { name: "Walk", agentId: agent.id });
  const { repo } = await call(page, "register_repo", { teamId, name: `walk-${stamp}` });
  await expect
    .poll(async () => (await call(page, "get_repo", { repoId: repo.id })).repo.status, { timeout: 20_000 })
    .toBe("ready");
  const { task } = await call(page, "create_task", { teamId, title, repoId: repo.id });
  const { claim } = await call(page, "claim_task", { task: task.id }, key);
  await push(claim.task, claim.lease.id, key);
  await call(page, "request_review", { task: task.id, summary: "It greets now. Read it once." }, key);
  return { teamId: String(teamId), number: Number(task.number), id: String(task.id) };
}

type Claimed = { branch: string; repo: { cloneUrl: string; defaultBranch: string } };

async function push({ branch, repo }: Claimed, lease: string, key: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "entourage-walk-"));
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Walk", "-c", "user.email=walk@example.org", ...args], { cwd: folder });
  const remote = new URL(repo.cloneUrl);
  Object.assign(remote, { username: lease, password: key });
  try {
    await git("clone", "-q", remote.href, ".");
    await git("switch", "-q", "-c", branch, `origin/${repo.defaultBranch}`);
    await writeFile(join(folder, "greeting.txt"), "Good morning\nGood evening\n");
    await git("add", "-A");
    await git("commit", "-q", "-m", "Greet");
    await git("push", "-q", "origin", branch);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
