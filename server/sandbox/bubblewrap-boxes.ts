import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { BoxProvider, BoxSpec } from "./box.ts";
import { createBubblewrap } from "./bubblewrap.ts";
import { findCgroupHome } from "./cgroup.ts";
import { createLocalBoxes } from "./local-boxes.ts";
import { bubblewrapArguments, nodeInside, standardEnvironment } from "./recipe.ts";

const OURS = "/opt/entourage";
const SERVICES = "/run/entourage";
/** Of /tmp and /dev/shm at most; it counts as memory of the box. */
const SCRATCH_MB = 512;

/** Boxes of Linux namespaces. `program` is bubblewrap; `root` a folder of ours that remembers which boxes there are. */
export function createBubblewrapBoxes(root: string, options: { program?: string } = {}): BoxProvider {
  const { program = "bwrap" } = options;
  const runs = createBubblewrap(options);
  return createLocalBoxes(
    {
      name: "bubblewrap",
      isolated: true,
      available: () => runs.available(),
      foldersInside: () => ({ workspace: "/work", home: "/home/agent" }),
      environment: standardEnvironment,
      command: async (spec, setup, { folder, filterDescriptor }) => [
        program,
        ...(await bubblewrapArguments({ ...roomsOf(spec), scratch: folder, filterDescriptor })),
        "--",
        ...(await counted(spec)),
        ...initCommand(await nodeInside(), `${OURS}/inside/init.ts`, {
          ...setup,
          services: spec.services.map(({ port }) => ({ port, socket: `${SERVICES}/${port}.sock` })),
        }),
      ],
    },
    root,
  );
}

/** The init as an argument array. Its memory counts as the box's, so it is kept small. */
export function initCommand(node: string, init: string, setup: object): string[] {
  return [node, "--max-old-space-size=48", "--max-semi-space-size=1", "--no-warnings", init, JSON.stringify(setup)];
}

export const INSIDE = fileURLToPath(new URL("./inside", import.meta.url));

function roomsOf(spec: BoxSpec) {
  const { workspace, home, isReadOnly = false } = spec;
  const readable: [string, string][] = [
    ...(spec.readOnly ?? []).map((path): [string, string] => [path, path]),
    ...spec.services.map(({ port, socket }): [string, string] => [socket, `${SERVICES}/${port}.sock`]),
    [INSIDE, `${OURS}/inside`],
    ...terminalPackages(),
  ];
  const scratchBytes = Math.min(SCRATCH_MB, Math.ceil(spec.limits.memoryMb / 2)) * 1024 * 1024;
  // Programs get their environment from the init; on the command line it could be read by everybody here.
  const writable = (spec.writable ?? []).map(({ directory, target }): [string, string] => [directory, target]);
  return { workspace, isReadOnly, home, readable, writable, env: {}, scratchBytes };
}

/** The package that opens terminals and the part of it for this machine, as the init finds them. */
function terminalPackages(): [string, string][] {
  const main = dirname(fileURLToPath(import.meta.resolve("@lydell/node-pty")));
  const native = `node-pty-${process.platform}-${process.arch}`;
  return ["node-pty", native].map((name) => [`${dirname(main)}/${name}`, `${OURS}/node_modules/@lydell/${name}`]);
}

/** Where no cgroup can be made an rlimit counts the processes; set inside, it counts for this box alone. */
async function counted(spec: BoxSpec): Promise<string[]> {
  if ((await findCgroupHome()) !== null) return [];
  return ["prlimit", `--nproc=${spec.limits.processes}`, "--core=0", "--"];
}
