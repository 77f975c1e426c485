import type { Dirent, Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { AppError } from "../errors.ts";
import { inWords, openInside, partsOf, withFolder } from "../tools/confined.ts";
import { imageTypeOf, isText, versionOf } from "./content.ts";
import { type FileContent, type FileEntry, mostImageBytes, mostTextBytes } from "./schema.ts";

/** What lies in a folder of a workspace: folders first, then by name. Links are told, never followed. */
export async function listFiles(
  workspace: string,
  { path, limit }: { path: string; limit: number },
): Promise<{ path: string; entries: FileEntry[]; truncated: boolean }> {
  const parts = partsOf(path);
  return withFolder(workspace, parts, { create: false }, async (at) => {
    const found = (await readdir(at("."), { withFileTypes: true })).filter(isShown);
    const sorted = found.toSorted(
      (a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || compare(a.name, b.name),
    );
    const entries = await Promise.all(
      sorted.slice(0, limit).map(async (entry) => {
        const stats = await lstat(at(entry.name)).catch(() => null);
        return stats ? entryOf(entry.name, parts, stats) : [];
      }),
    );
    return { path: parts.join("/"), entries: entries.flat(), truncated: found.length > limit };
  });
}

/** A file as the dashboard shows it: text, an image, or only how large it is. */
export async function readFile(workspace: string, path: string): Promise<FileContent> {
  const parts = partsOf(path);
  const shown = parts.join("/");
  const handle = await openInside(workspace, parts);
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new AppError("invalid", `${shown} is a folder. list_workspace_files shows what is in it.`);
    const mimeType = imageTypeOf(shown);
    const most = mimeType ? mostImageBytes : mostTextBytes;
    const buffer = Buffer.alloc(Math.min(stats.size, most));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const head = buffer.subarray(0, bytesRead);
    const whole = stats.size <= most;
    const about = { path: shown, bytes: stats.size, modifiedAt: stats.mtime.toISOString() };
    const version = whole ? versionOf(head) : null;
    if (mimeType) {
      const base64 = whole ? head.toString("base64") : null;
      return { ...about, kind: "image", mimeType, text: null, base64, truncated: !whole, version };
    }
    if (!isText(head, whole))
      return {
        ...about,
        kind: "binary",
        mimeType: "application/octet-stream",
        text: null,
        base64: null,
        truncated: !whole,
        version,
      };
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(head, { stream: !whole });
    return { ...about, kind: "text", mimeType: "text/plain", text, base64: null, truncated: !whole, version };
  } catch (error) {
    throw inWords(error, shown);
  } finally {
    await handle.close();
  }
}

/** Names that no text can hold are of programs that mean no good, or of other times. */
const isShown = ({ name }: Dirent) => name !== ".git" && name.isWellFormed() && !/[\0-\x1f\x7f]/.test(name);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function entryOf(name: string, parts: readonly string[], stats: Stats): FileEntry {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : stats.isSymbolicLink() ? "link" : "other";
  const bytes = stats.isFile() ? stats.size : 0;
  return { name, path: [...parts, name].join("/"), kind, bytes, modifiedAt: stats.mtime.toISOString() };
}
