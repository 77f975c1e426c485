import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { AppError } from "../errors.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * The parts of a path inside a workspace. @throws AppError invalid for one that is absolute, leads out, names nothing a
 * file system can hold, or reaches into git's own folder (whose hooks and settings are programs).
 */
export function partsOf(path: string): string[] {
  const wrong = (why: string, details?: { outside: true }) =>
    new AppError(
      "invalid",
      `The path ${JSON.stringify(path.slice(0, 200))} ${why}. Give one relative to the workspace, such as src/main.ts.`,
      details,
    );
  const outside = { outside: true } as const;
  if (/[\0-\x1f\x7f]/.test(path) || !path.isWellFormed()) throw wrong("has characters that no path has");
  if (path.length > 1_000) throw wrong("is too long");
  if (path.startsWith("/") || path.startsWith("~") || path.includes("\\")) throw wrong("is not relative", outside);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw wrong("leads out of its folder", outside);
  if (parts.some((part) => Buffer.byteLength(part) > 255) || parts.length > 50) throw wrong("is too long or too deep");
  if (parts.some((part) => part.toLowerCase() === ".git"))
    throw wrong("is in git's own folder, which is not yours", outside);
  return parts;
}

/**
 * Opens a file or folder below a workspace, step by step from folder to folder, never through a link: what an agent's own
 * processes swap meanwhile cannot lead out. @throws AppError not_found, or invalid for links, devices and pipes.
 */
export async function openInside(workspace: string, parts: readonly string[]): Promise<FileHandle> {
  const name = parts.at(-1);
  if (name === undefined) return openFolder(workspace);
  return withFolder(workspace, parts.slice(0, -1), { create: false }, async (at) => {
    const handle = await open(at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
      throw inWords(error, parts.join("/"));
    });
    const found = await handle.stat();
    if (found.isFile() || found.isDirectory()) return handle;
    await handle.close();
    throw new AppError("invalid", `${parts.join("/")} is neither a file nor a folder.`);
  });
}

/** The names in a folder that was opened by `openInside`. */
export async function namesIn(workspace: string, parts: readonly string[], most: number): Promise<string[]> {
  return withFolder(workspace, parts, { create: false }, async (at) => {
    const entries = await readdir(at("."), { withFileTypes: true });
    const names = entries
      .filter(({ name }) => name !== ".git")
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    return names.toSorted().slice(0, most);
  });
}

/** Writes a file whole or not at all: beside its place first, then moved there, so a link there is replaced, not followed. */
export async function writeInside(
  workspace: string,
  parts: readonly string[],
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<"created" | "replaced"> {
  const name = parts.at(-1);
  if (name === undefined) throw new AppError("invalid", "Name a file.");
  return withFolder(workspace, parts.slice(0, -1), { create: true }, async (at) => {
    const old = await open(at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
    const found = await old?.stat();
    await old?.close();
    if (found?.isDirectory()) throw new AppError("invalid", `${parts.join("/")} is a folder.`);
    const fresh = `.entourage-${randomBytes(6).toString("hex")}`;
    const mode = found?.isFile() ? found.mode & 0o777 : 0o644;
    const handle = await open(at(fresh), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode).catch((error: unknown) => {
      throw inWords(error, parts.join("/"));
    });
    try {
      await writeFile(handle, content);
      await handle.chmod(mode);
      await rename(at(fresh), at(name));
    } catch (error) {
      await unlink(at(fresh)).catch(() => undefined);
      throw inWords(error, parts.join("/"));
    } finally {
      await handle.close();
    }
    return found ? "replaced" : "created";
  });
}

/**
 * Goes down from folder to folder. On Linux each step starts from the open folder itself (`/proc/self/fd`, as `openat`
 * does); elsewhere by its path, where a folder that is swapped between two steps is not noticed.
 */
export async function withFolder<Result>(
  workspace: string,
  parts: readonly string[],
  { create }: { create: boolean },
  work: (at: (name: string) => string) => Promise<Result>,
): Promise<Result> {
  let path = workspace;
  let folder = await openFolder(workspace);
  try {
    for (const part of parts) {
      const next = placeIn(folder, path)(part);
      if (create) await mkdir(next).catch((error: unknown) => unlessThere(error, parts.join("/")));
      const inner = await openFolder(next, parts.join("/"));
      await folder.close();
      folder = inner;
      path = join(path, part);
    }
    return await work(placeIn(folder, path));
  } finally {
    await folder.close();
  }
}

const placeIn = (folder: FileHandle, path: string) => (name: string) =>
  process.platform === "linux" ? `/proc/self/fd/${folder.fd}/${name}` : join(path, name);

async function openFolder(path: string, shown = "The workspace"): Promise<FileHandle> {
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
    throw inWords(error, shown);
  });
}

function unlessThere(error: unknown, path: string): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw inWords(error, path);
}

/** A failure of the file system, told to whoever named the path. Anything unknown stays as it is. */
export function inWords(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return new AppError("not_found", `${path} does not exist.`);
  if (code === "ELOOP" || code === "EMLINK")
    return new AppError("invalid", `${path} is a link, which is not followed.`, { outside: true });
  if (code === "ENOTDIR") return new AppError("invalid", `${path}: a part of it is a file or a link, not a folder.`);
  if (code === "EISDIR") return new AppError("invalid", `${path} is a folder.`);
  if (code === "ENXIO") return new AppError("invalid", `${path} is neither a file nor a folder.`);
  if (code === "EACCES" || code === "EPERM") return new AppError("invalid", `${path} may not be touched.`);
  if (code === "ENOSPC" || code === "EDQUOT") return new AppError("unavailable", "There is no room left on the disk.");
  return error;
}
