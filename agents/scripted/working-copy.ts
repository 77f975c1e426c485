import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

interface Login {
  username: string;
  password: string;
}

/** An agent's own clone of a repository, reached by plain git over HTTP with the password of its lease. */
export class WorkingCopy {
  readonly directory: string;
  readonly #login: Login;
  readonly #author: string;

  constructor({ directory, login, author }: { directory: string; login: Login; author: string }) {
    this.directory = directory;
    this.#login = login;
    this.#author = author;
  }

  /** Stands on the task's branch: on what was pushed before, or freshly on the default branch. */
  async checkOut({
    cloneUrl,
    branch,
    defaultBranch,
  }: {
    cloneUrl: string;
    branch: string;
    defaultBranch: string;
  }): Promise<void> {
    if (!existsSync(join(this.directory, ".git")))
      await this.#git(["clone", "--quiet", cloneUrl, this.directory], { cwd: "." });
    await this.#git(["fetch", "--quiet", "--prune", "origin"]);
    const pushed = await this.#git(["rev-parse", "--verify", "--quiet", `origin/${branch}`]).catch(() => undefined);
    await this.#git([
      "checkout",
      "--quiet",
      "--force",
      "-B",
      branch,
      pushed ? `origin/${branch}` : `origin/${defaultBranch}`,
    ]);
  }

  /** Takes in what was merged meanwhile. */
  async updateFrom(defaultBranch: string): Promise<void> {
    await this.#git(["merge", "--quiet", "--no-edit", `origin/${defaultBranch}`]);
  }

  /** Writes the files and commits them. @returns the commit that holds them, also when they stood there already. */
  async commit(files: Record<string, string>, message: string): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await this.#git(["add", "--all"]);
    const changed = (await this.#git(["status", "--porcelain"])).trim() !== "";
    if (changed) await this.#git(["commit", "--quiet", "--message", message]);
    return (await this.#git(["rev-parse", "HEAD"])).trim();
  }

  /** Pushes under a lease; git itself is refused when the lease has ended. Keeps trying while the server is not there. */
  async push(branch: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#git(["push", "--quiet", "origin", `HEAD:refs/heads/${branch}`]);
        return;
      } catch (error) {
        if (
          attempt >= 10 ||
          !/unable to access|HTTP 5\d\d|hung up|Could not resolve|early EOF|RPC failed/.test(String(error))
        )
          throw error;
        await delay(Math.min(2_000, 200 * 2 ** attempt));
      }
    }
  }

  async #git(args: string[], { cwd = this.directory }: { cwd?: string } = {}): Promise<string> {
    const { username, password } = this.#login;
    const { stdout } = await run("git", args, {
      cwd,
      timeout: 60_000,
      env: {
        NODE_ENV: "production", // For nothing but the type: Next wants it in every environment.
        PATH: process.env.PATH,
        HOME: dirname(this.directory),
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_AUTHOR_NAME: this.#author,
        GIT_AUTHOR_EMAIL: `${this.#author}@agents.invalid`,
        GIT_COMMITTER_NAME: this.#author,
        GIT_COMMITTER_EMAIL: `${this.#author}@agents.invalid`,
        // In the environment, not on the command line, where every process of the machine could read the password.
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "http.extraHeader",
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
      },
    });
    return stdout;
  }
}
