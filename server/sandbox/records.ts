import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "#server/errors.ts";
import type { BoxSpec } from "./box.ts";

const mark = z.object({ pid: z.number(), startedAt: z.string().nullable() });

const stateFile = z.object({
  main: mark.describe("The outermost process; with it end all the others."),
  owner: mark.describe("The process of ours that started it."),
  host: z.string().default(hostname).describe("The machine it runs on: several may share the folder."),
  cgroup: z.string().nullable(),
  folder: z.string().describe("Folder of the socket to its init."),
  stopAsked: z.boolean().describe("Was its end asked for?"),
  failure: z.string().nullable().describe("Why it ended unasked, in words."),
  notice: z.string().nullable().default(null).describe("What was done to it while it ran, in words."),
});

/** A box that was started, as any process of ours can find it again. */
export type BoxState = z.infer<typeof stateFile>;

const strings = z.record(z.string(), z.string());
const specFile: z.ZodType<BoxSpec> = z.object({
  id: z.string(),
  workspace: z.string(),
  isReadOnly: z.boolean().optional(),
  home: z.string(),
  readOnly: z.array(z.string()).optional(),
  writable: z.array(z.object({ directory: z.string(), target: z.string() })).optional(),
  services: z.array(z.object({ port: z.number(), socket: z.string() })),
  env: strings,
  limits: z.object({ memoryMb: z.number(), cpus: z.number(), processes: z.number(), diskMb: z.number() }),
  labels: strings,
  image: z.string().optional(),
});

/** Files that say which boxes there are: a folder for each, `spec.json` and, once it was started, `state.json`. */
export interface Records {
  folder(id: string): string;
  ids(): Promise<string[]>;
  /** True where it is new. */
  create(spec: BoxSpec): Promise<boolean>;
  spec(id: string): Promise<BoxSpec>;
  state(id: string): Promise<BoxState | null>;
  save(id: string, state: BoxState): Promise<void>;
  forget(id: string): Promise<void>;
}

export function openRecords(root: string): Records {
  const folder = (id: string) => {
    if (!/^[\w-]{1,100}$/.test(id))
      throw new AppError("invalid", "An id of a sandbox has letters, digits, - and _ only.");
    return join(root, id);
  };
  return {
    folder,
    ids: () => readdir(root).catch(() => []),
    create: async (spec) => {
      await mkdir(folder(spec.id), { recursive: true, mode: 0o700 });
      const known = await read(join(folder(spec.id), "spec.json"));
      if (known === null) await write(join(folder(spec.id), "spec.json"), spec);
      return known === null;
    },
    spec: async (id) => {
      const spec = await read(join(folder(id), "spec.json"));
      if (spec === null) throw new AppError("not_found", "There is no such sandbox. It has to be created first.");
      return specFile.parse(spec);
    },
    state: async (id) => stateFile.nullable().parse(await read(join(folder(id), "state.json"))),
    save: async (id, state) => {
      // Without its folder it was removed meanwhile, and is not brought back.
      await write(join(folder(id), "state.json"), state).catch(() => undefined);
    },
    // Whoever brought it up may write down at this moment that it has ended.
    forget: (id) => rm(folder(id), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }),
  };
}

async function read(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null ? null : JSON.parse(text);
}

/** Whole or not at all, also when the process ends in the middle. */
async function write(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.${process.pid}`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.${process.pid}`, path);
}
