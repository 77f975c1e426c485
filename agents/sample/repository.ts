import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const identity = ["-c", "user.name=sample", "-c", "user.email=sample@agents.invalid", "-c", "init.defaultBranch=main"];

/** Makes a bare repository with one commit of these files on main. @returns its path. */
export async function makeRepository(path: string, files: Record<string, string>): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "entourage-seed-"));
  try {
    await run("git", [...identity, "init", "--quiet", scratch]);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(scratch, name)), { recursive: true });
      await writeFile(join(scratch, name), content);
    }
    await run("git", [...identity, "-C", scratch, "add", "--all"]);
    await run("git", [
      ...identity,
      "-C",
      scratch,
      "commit",
      "--quiet",
      "--message",
      "Start textkit with words() and its test",
    ]);
    await mkdir(dirname(path), { recursive: true });
    await run("git", ["clone", "--quiet", "--bare", scratch, path]);
    return path;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
