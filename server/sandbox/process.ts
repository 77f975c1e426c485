import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findCgroupHome } from "./cgroup.ts";
import { launch } from "./launch.ts";
import type { SandboxProvider } from "./sandbox.ts";

/**
 * No isolation: the command runs as the server's user and sees what it sees. For development with code one trusts,
 * and only where it was switched on. It still gets a clean environment, its limits and an end.
 */
export function createProcessSandbox(): SandboxProvider {
  return {
    name: "process",
    isolated: false,
    available: async () => {
      const watched = process.platform === "linux" ? "watched" : "none";
      return { ok: true, limits: (await findCgroupHome()) === null ? watched : "cgroup" };
    },
    run: async (request) => {
      const home = await mkdtemp(join(tmpdir(), "entourage-process-"));
      const path = `${dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`;
      const env = { PATH: path, HOME: home, TMPDIR: home, LANG: "C.UTF-8", ...request.env };
      const args = typeof request.command === "string" ? ["/bin/sh", "-c", request.command] : request.command;
      try {
        return await launch(request, { args, env, workingDirectory: request.directory });
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}
