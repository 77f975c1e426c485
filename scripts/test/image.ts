import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { ROOT } from "../check/command.ts";

/** Builds an image from the files that git knows, as they are now. Throws with the end of what the build printed. */
export async function buildImage(
  host: string,
  { tag, dockerfile, base }: { tag: string; dockerfile: string; base: string },
): Promise<void> {
  const docker = new Docker({ socketPath: host.replace(/^unix:\/\//, "") });
  const scratch = mkdtempSync(join(tmpdir(), "entourage-image-"));
  try {
    const context = join(scratch, "context.tar");
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      ...{ cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
    });
    execFileSync("tar", ["-cf", context, "--null", "--ignore-failed-read", "-T", "-"], {
      ...{ cwd: ROOT, input: files, stdio: ["pipe", "ignore", "ignore"] },
    });
    // Packages come from the network, which the engine's own containers are kept off.
    const options = { t: tag, dockerfile, buildargs: { BASE: base }, networkmode: "host", rm: true, forcerm: true };
    const progress = await docker.buildImage(context, options);
    const printed: string[] = [];
    await new Promise<void>((done, failed) =>
      docker.modem.followProgress(
        progress,
        (error) => (error ? failed(new Error(`${error.message}\n${printed.slice(-40).join("")}`)) : done()),
        (line: { stream?: string; error?: string }) => printed.push(line.stream ?? line.error ?? ""),
      ),
    );
    const isThere = await docker
      .getImage(tag)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    if (!isThere) throw new Error(`It was not built:\n${printed.slice(-40).join("")}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
