import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Where the caches of this machine are, by organization. */
export const cachesRoot = ({ dataDir }: { dataDir: string }): string => join(dataDir, "caches");

/**
 * What set-ups and sessions of one repository keep for the next (packages, compilers' results): seen by them all as
 * `/cache`. Files from elsewhere share their team's.
 */
const cachePath = (
  settings: { dataDir: string },
  { orgId, teamId, repoId }: { orgId: string; teamId: string; repoId: string | null },
): string => join(cachesRoot(settings), orgId, repoId ?? teamId);

/** A workspace's cache as a sandbox takes it, made where it is not there. */
export async function openCache(settings: { dataDir: string }, place: Parameters<typeof cachePath>[1]) {
  const directory = cachePath(settings, place);
  await mkdir(directory, { recursive: true });
  return { directory, target: "/cache" };
}

/** Tells the usual tools where the cache is. */
export const cacheEnvironment: Record<string, string> = {
  npm_config_cache: "/cache/npm",
  YARN_CACHE_FOLDER: "/cache/yarn",
  PIP_CACHE_DIR: "/cache/pip",
  UV_CACHE_DIR: "/cache/uv",
  CARGO_HOME: "/cache/cargo",
  GOMODCACHE: "/cache/go/mod",
  GOCACHE: "/cache/go/build",
  GRADLE_USER_HOME: "/cache/gradle",
  CCACHE_DIR: "/cache/ccache",
};
