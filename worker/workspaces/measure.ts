import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** How much room a folder takes on disk and how many files it has. Links are not followed; what vanishes meanwhile is not counted. */
export async function measure(folder: string): Promise<{ bytes: number; files: number }> {
  const size = { bytes: 0, files: 0 };
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const found = await lstat(path).catch(() => null);
      if (!found) continue;
      // A file with holes, or of many names, takes what its blocks take.
      size.bytes += found.nlink > 1 && !entry.isDirectory() ? (found.blocks * 512) / found.nlink : found.blocks * 512;
      if (!entry.isDirectory()) size.files++;
    }
  }
  return { bytes: Math.round(size.bytes), files: size.files };
}
