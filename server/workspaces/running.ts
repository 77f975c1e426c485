import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { repositoryPath } from "../repos/queries.ts";
import { chooseSandbox } from "../sandbox/choose.ts";
import type { SandboxProvider, SandboxRequest, SandboxResult } from "../sandbox/sandbox.ts";
import { cacheEnvironment, openCache } from "./caches.ts";
import { workspacePath } from "./place.ts";

type Place = { orgId: string; id: string; teamId: string; repoId: string | null };

/** The objects that a workspace borrows: whatever runs in it needs to see them, and nobody may change them. */
export const borrowedObjects = (settings: Settings, { orgId, repoId }: Place): string[] =>
  repoId === null ? [] : [join(repositoryPath(settings, { orgId, id: repoId }), "objects")];

/**
 * Runs one command in a workspace's files, in a sandbox without network, with the team's cache. `given`: where to run it
 * instead of the sandbox of the settings.
 */
export async function runInWorkspace(
  settings: Settings,
  place: Place,
  request: Pick<SandboxRequest, "command" | "timeoutSeconds" | "outputLimitBytes"> & Partial<SandboxRequest>,
  given?: SandboxProvider,
): Promise<SandboxResult> {
  const directory = workspacePath(settings, place.orgId, place.id);
  if (!(await lstat(directory).catch(() => null))?.isDirectory())
    throw new AppError("not_found", "The workspace has no files on this server. retry_workspace makes them again.");
  const cache = await openCache(settings, place);
  const provider = given ?? (await chooseSandbox(settings)).provider;
  return provider.run({
    ...{ directory, readOnly: borrowedObjects(settings, place) },
    ...{ writable: [cache], memoryMb: 2048, processLimit: 512, network: "none" },
    ...request,
    env: { ...(provider.isolated ? cacheEnvironment : {}), ...request.env },
  });
}
