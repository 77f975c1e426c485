import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { installHooks } from "../hooks.ts";
import { createBareRepository } from "../repositories.ts";
import { gitEnvironment } from "../run.ts";

const run = promisify(execFile);

/** A user's git: a real client with a name, and without our safety settings. */
export async function userGit(directory: string, ...args: string[]): Promise<string> {
  const name = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
  const env = gitEnvironment({ GIT_ALLOW_PROTOCOL: "file:http:https", GIT_LITERAL_PATHSPECS: "0" });
  const { stdout, stderr } = await run("git", [...name, "-C", directory, ...args], { env, maxBuffer: 2 ** 26 });
  return (stdout + stderr).trim();
}

/** The complaint of a command that must fail. */
export async function userGitFailure(directory: string, ...args: string[]): Promise<string> {
  try {
    await userGit(directory, ...args);
  } catch (error) {
    return String(error);
  }
  throw new Error(`git ${args.join(" ")} should have failed`);
}

export interface Scratch extends AsyncDisposable {
  /** A folder of its own. */
  directory: string;
  hooks: string;
  /** The server's bare repository. */
  bare: string;
  /** A user's clone of it by path, whose commits `publish` brings in as a fetch would. */
  work: string;
  /** Writes files (null removes) and commits them; returns the commit's id. */
  commit: (files: Record<string, string | Buffer | null>, message?: string) => Promise<string>;
  /** Puts a commit of the clone onto a branch of the bare repository, past the hooks. */
  publish: (branch: string) => Promise<void>;
}

/** A bare repository as the server makes it, with one commit on main, and a clone to work in. */
export async function scratchRepository(): Promise<Scratch> {
  const directory = await mkdtemp(join(tmpdir(), "entourage-git-test-"));
  const [hooks, bare, work] = [join(directory, "hooks"), join(directory, "bare.git"), join(directory, "work")];
  await installHooks(hooks);
  await createBareRepository(bare, { defaultBranch: "main", hooksDirectory: hooks });
  await mkdir(work);
  await userGit(work, "init", "-q", "-b", "main");
  const commit: Scratch["commit"] = async (files, message = "change") => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(work, name);
      if (content === null) await rm(path);
      else {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      }
    }
    await userGit(work, "add", "-A");
    await userGit(work, "commit", "-q", "--allow-empty", "-m", message);
    return userGit(work, "rev-parse", "HEAD");
  };
  const publish = async (branch: string) => {
    await userGit(bare, "fetch", "-q", work, `+HEAD:refs/heads/${branch}`);
  };
  await commit({ "README.md": "hello\n" }, "first");
  await publish("main");
  const dispose = () => rm(directory, { recursive: true, force: true });
  return { directory, hooks, bare, work, commit, publish, [Symbol.asyncDispose]: dispose };
}
