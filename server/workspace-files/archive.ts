import type { Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { Header, Pax } from "tar";
import { AppError } from "../errors.ts";
import { openInside, partsOf, withFolder } from "../tools/confined.ts";

const block = 512;
const mostFiles = 200_000;

/**
 * A folder of a workspace as a stream of tar.gz. We walk ourselves, from open folder to open folder: what is swapped for
 * a link while it is read does not lead out. Links are packed as links; git's own folder stays behind.
 */
export async function packFolder(workspace: string, path: string): Promise<Readable> {
  const parts = partsOf(path);
  // The answer begins before the walk: what is not there must be said now.
  const handle = await openInside(workspace, parts);
  const isFolder = (await handle.stat()).isDirectory();
  await handle.close();
  if (!isFolder) throw new AppError("invalid", `${path} is no folder.`);
  const packed = Readable.from(entries(workspace, parts), { objectMode: false });
  const zipped = createGzip({ level: 3 });
  packed.on("error", (error) => zipped.destroy(error));
  zipped.on("close", () => packed.destroy());
  return packed.pipe(zipped);
}

async function* entries(workspace: string, top: readonly string[]): AsyncGenerator<Buffer> {
  const folders: (readonly string[])[] = [top];
  let count = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const { name, stats, link } of await look(workspace, next)) {
      if (++count > mostFiles) throw new AppError("too_large", `More than ${mostFiles} files are not packed.`);
      const parts = [...next, name];
      const path = parts.slice(top.length).join("/");
      if (stats.isDirectory()) {
        yield* headerOf({ path: `${path}/`, type: "Directory", stats, size: 0 });
        folders.push(parts);
      } else if (link !== null) yield* headerOf({ path, type: "SymbolicLink", stats, size: 0, linkpath: link });
      else if (stats.isFile()) yield* fileOf(workspace, parts, path);
    }
  }
  yield Buffer.alloc(2 * block);
}

async function look(workspace: string, parts: readonly string[]) {
  return withFolder(workspace, parts, { create: false }, async (at) => {
    const names = (await readdir(at("."))).filter((name) => name !== ".git").toSorted();
    const found: { name: string; stats: Stats; link: string | null }[] = [];
    for (const name of names) {
      const stats = await lstat(at(name)).catch(() => null);
      if (!stats) continue;
      const link = stats.isSymbolicLink() ? await readlink(at(name)).catch(() => null) : null;
      if (!stats.isSymbolicLink() || link !== null) found.push({ name, stats, link });
    }
    return found;
    // It was there a moment ago.
  }).catch((error: unknown) => {
    if (error instanceof AppError) return [];
    throw error;
  });
}

async function* fileOf(workspace: string, parts: readonly string[], path: string): AsyncGenerator<Buffer> {
  const handle = await openInside(workspace, parts).catch(() => null);
  try {
    const stats = await handle?.stat();
    if (!handle || !stats?.isFile()) return;
    yield* headerOf({ path, type: "File", stats, size: stats.size });
    yield* exactly(handle, stats.size);
  } finally {
    await handle?.close();
  }
}

/** Just as many bytes as the header says, whatever happens to the file meanwhile, filled up to whole blocks. */
async function* exactly(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  let left = size;
  while (left > 0) {
    const chunk = Buffer.alloc(Math.min(left, 256 * 1024));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, size - left);
    // It became shorter: zeros in its place.
    const part = bytesRead > 0 ? chunk.subarray(0, bytesRead) : chunk;
    left -= part.length;
    yield part;
  }
  if (size % block > 0) yield Buffer.alloc(block - (size % block));
}

interface Entry {
  path: string;
  type: "File" | "Directory" | "SymbolicLink";
  stats: Stats;
  size: number;
  linkpath?: string;
}

/** A header; before it one of the pax format where a name or size does not fit into the old one. */
function* headerOf({ path, type, stats, size, linkpath }: Entry): Generator<Buffer> {
  const mode = stats.mode & 0o777;
  const told = { path, type, mode, size, mtime: stats.mtime, uid: 1000, gid: 1000, ...(linkpath ? { linkpath } : {}) };
  const header = new Header(told);
  const plain = Buffer.alloc(block);
  if (header.encode(plain, 0))
    yield new Pax({ path, size, mtime: stats.mtime, ...(linkpath ? { linkpath } : {}) }).encode();
  yield plain;
}
