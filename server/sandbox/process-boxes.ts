import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BoxProvider } from "./box.ts";
import { INSIDE, initCommand } from "./bubblewrap-boxes.ts";
import { createLocalBoxes } from "./local-boxes.ts";
import { createProcessSandbox } from "./process.ts";

/**
 * No isolation: programs run as the server's user, see what it sees, and share its loopback ports. For development
 * with code one trusts, and only where it was switched on. They still get a clean environment, limits and an end.
 */
export function createProcessBoxes(root: string): BoxProvider {
  return createLocalBoxes(
    {
      name: "process",
      isolated: false,
      available: () => createProcessSandbox().available(),
      foldersInside: ({ workspace, home }) => ({ workspace, home }),
      environment: async ({ home }) => ({
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`,
        HOME: home,
        LANG: "C.UTF-8",
        TMPDIR: tmpdir(),
      }),
      command: async (spec, setup) =>
        initCommand(process.execPath, join(INSIDE, "init.ts"), { ...setup, services: spec.services }),
    },
    root,
  );
}
