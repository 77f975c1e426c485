import { text } from "node:stream/consumers";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import type { BoxProvider } from "../sandbox/box.ts";
import { isOwnPort } from "../sandbox/own-ports.ts";

export interface Looked {
  /** The session's id, or the workspace's where its own sandbox is meant. */
  boxId: string;
  isSession: boolean;
}

/** LISTEN, as the kernel writes the state of a socket in /proc/net/tcp. */
const listening = "0A";
/** Loopback and any address, of both versions, as the kernel writes them: words in the order of the machine. */
const reachable = new Set([
  ...["00000000", "0100007F", "0".repeat(32), `${"0".repeat(24)}01000000`],
  ...[`${"0".repeat(16)}FFFF000000000000`, `${"0".repeat(16)}FFFF00000100007F`],
]);
/** No button for the hundredth. */
const mostPorts = 30;

/**
 * The ports that programs in a sandbox listen on, ascending; none where it does not run on this machine. Asked inside of
 * it, by its own /proc. Without isolation that would tell of everything on the machine, so nothing is told.
 * @throws AppError unavailable
 */
export async function listPorts(settings: Settings, { boxId, isSession }: Looked): Promise<number[]> {
  const boxes = await openBoxesHere(settings);
  if (!boxes.isolated) return [];
  try {
    const program = await boxes.spawn(boxId, { args: ["cat", "/proc/net/tcp", "/proc/net/tcp6"] });
    program.stdin.end();
    program.stderr?.resume();
    const table = await text(program.stdout);
    return portsIn(table).filter((port) => !(isSession && isOwnPort(port)));
  } catch (error) {
    // Nobody has opened a terminal, or the session is over: nothing listens.
    if (error instanceof AppError && (error.code === "conflict" || error.code === "not_found")) return [];
    throw error;
  }
}

/** Lines as `0: 0100007F:10E1 00000000:0000 0A …`: the address and port of ours, those of the other side, the state. */
function portsIn(table: string): number[] {
  const ports = table.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    return state === listening && reachable.has(address) ? [Number.parseInt(port, 16)] : [];
  });
  return [...new Set(ports)].toSorted((one, other) => one - other).slice(0, mostPorts);
}

/** The bundle of the web process has no folder of its own; it runs in that of the project. */
const here: string | undefined = import.meta.dirname;

/** What opens sandboxes stays out of that bundle: it is loaded from the project, when somebody first asks. */
async function openBoxesHere(settings: Settings): Promise<BoxProvider> {
  const file = join(here ?? resolve("server/terminals"), "../sandbox/open-boxes.ts");
  const found: unknown = await import(/* webpackIgnore: true */ pathToFileURL(file).href);
  if (!opensBoxes(found)) throw new Error(`${file} does not open sandboxes`);
  return found.openBoxes(settings);
}

type Boxes = { openBoxes(settings: Settings): Promise<BoxProvider> };
const opensBoxes = (found: unknown): found is Boxes =>
  typeof found === "object" && found !== null && "openBoxes" in found;
