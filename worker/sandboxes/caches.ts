import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Context, Settings } from "#server/context.ts";
import { chooseSandbox } from "#server/sandbox/choose.ts";
import * as keeping from "#server/sandboxes/keeping.ts";
import { cachesRoot } from "#server/workspaces/caches.ts";
import { measure } from "../workspaces/measure.ts";

const isId = (name: string) => /^[0-9a-f-]{36}$/.test(name);
/** Measured in one round at most: a large one takes a while. */
const mostAtOnce = 20;

/** Empties the caches of this machine that somebody wants empty, and measures the others now and then. */
export async function keepOrderInCaches(
  settings: Settings,
  place: string,
  over: <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>,
): Promise<void> {
  const known = await over((context) => keeping.listKnownCaches(context, place));
  const folders = await listFolders(settings);
  const measured: keeping.MeasuredCache[] = [];
  for (const cache of known) {
    const isThere = folders.some(({ id }) => id === cache.id);
    if (cache.clear && isThere) await empty(settings, join(cachesRoot(settings), cache.orgId, cache.id));
    if (cache.clear || !isThere) await over((context) => keeping.noteCleared(context, place, cache));
  }
  const fresh = new Set(known.filter(({ isOld, clear }) => !isOld && !clear).map(({ id }) => id));
  for (const folder of folders.filter(({ id }) => !fresh.has(id)).slice(0, mostAtOnce))
    measured.push({ ...folder, ...(await measureCache(join(cachesRoot(settings), folder.orgId, folder.id))) });
  if (measured.length > 0) await over((context) => keeping.keepCaches(context, place, measured));
}

async function listFolders(settings: Settings): Promise<{ orgId: string; id: string }[]> {
  const orgs = (await readdir(cachesRoot(settings)).catch(() => [])).filter(isId);
  const of = async (orgId: string) =>
    (await readdir(join(cachesRoot(settings), orgId))).filter(isId).map((id) => ({ orgId, id }));
  return (await Promise.all(orgs.map(of))).flat();
}

/**
 * The folder itself stays: sandboxes that run have it under their eyes. And because they have, it is emptied inside one:
 * a folder that is swapped for a link meanwhile leads nowhere else.
 */
async function empty(settings: Settings, directory: string): Promise<void> {
  const { provider } = await chooseSandbox(settings);
  const command = "chmod -R u+rwx . 2>/dev/null; find . -mindepth 1 -delete";
  const limits = { timeoutSeconds: 600, outputLimitBytes: 10_000, memoryMb: 512, processLimit: 64 };
  const { exitCode, output } = await provider.run({ directory, command, ...limits, network: "none" });
  if (exitCode !== 0) throw new Error(`a cache could not be emptied: ${output.slice(-500)}`);
}

async function measureCache(folder: string): Promise<{ tools: Record<string, number>; files: number }> {
  const tools: Record<string, number> = {};
  let files = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const size = await measure(join(folder, entry.name));
    tools[entry.name.slice(0, 60)] = size.bytes;
    files += size.files;
  }
  return { tools, files };
}
