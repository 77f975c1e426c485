import { join } from "node:path";

/** What a team's set-ups and sessions keep for the next (packages, compilers' results): seen by them all as `/cache`. */
export const cachePath = (
  { dataDir }: { dataDir: string },
  { orgId, teamId }: { orgId: string; teamId: string },
): string => join(dataDir, "caches", orgId, teamId);

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
