import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoxCommand, BoxExit, BoxProvider, BoxSpec } from "../box.ts";

/** What a program did, in whole. */
export interface Outcome extends BoxExit {
  out: string;
  err: string;
}

/** A folder with a workspace and a home in it, and a spec over them. */
export async function newSpec(changes: Partial<BoxSpec> = {}): Promise<{ spec: BoxSpec; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "entourage-box-test-"));
  const [workspace, home] = [join(folder, "workspace"), join(folder, "home")];
  await Promise.all([mkdir(workspace), mkdir(home)]);
  const limits = { memoryMb: 512, cpus: 2, processes: 64, diskMb: 256 };
  const spec = { id: randomUUID(), workspace, home, services: [], env: {}, limits, labels: {}, ...changes };
  return { spec, folder };
}

/** Runs a program to its end; `args` as text is for `sh -c`. */
export async function runIn(
  boxes: BoxProvider,
  id: string,
  args: string[] | string,
  options: Omit<BoxCommand, "args"> & { input?: string } = {},
): Promise<Outcome> {
  const { input = "", ...command } = options;
  const program = await boxes.spawn(id, { args: typeof args === "string" ? ["sh", "-c", args] : args, ...command });
  const [out, err] = [collect(program.stdout), program.stderr === null ? "" : collect(program.stderr)];
  if (command.tty === undefined || input !== "") program.stdin.end(input);
  const exit = await program.exited;
  return { ...exit, out: await out, err: await err };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function discard(boxes: BoxProvider, made: { spec: BoxSpec; folder: string }): Promise<void> {
  await boxes.remove(made.spec.id);
  await rm(made.folder, { recursive: true, force: true });
}
