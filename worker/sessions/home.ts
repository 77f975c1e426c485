import { cp, mkdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { workspacePath } from "#server/workspaces/place.ts";

type Settings = { dataDir: string };
interface Place {
  orgId: string;
  id: string;
  workspaceId: string | null;
  parentId: string | null;
}

const folderOf = ({ dataDir }: Settings, orgId: string, id: string) => join(dataDir, "sessions", orgId, id);

/**
 * The folders of a session's sandbox, made where they are missing: its workspace, or one of its own, and a home in which
 * the agent keeps its conversation. A fork begins with the home of the session it comes from.
 */
export async function makeHome(settings: Settings, { orgId, id, workspaceId, parentId }: Place) {
  const own = folderOf(settings, orgId, id);
  const home = join(own, "home");
  const workspace = workspaceId ? workspacePath(settings, orgId, workspaceId) : join(own, "work");
  const past = parentId ? join(folderOf(settings, orgId, parentId), "home") : undefined;
  const isNew = !existsSync(home);
  // Links are copied as they are: an agent may have made them, and they lead nowhere here.
  if (isNew && past && existsSync(past)) await cp(past, home, { recursive: true, verbatimSymlinks: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (!workspaceId) await mkdir(workspace, { recursive: true });
  return { home, workspace };
}

export const removeHome = (settings: Settings, { orgId, id }: Pick<Place, "orgId" | "id">): Promise<void> =>
  rm(folderOf(settings, orgId, id), { recursive: true, force: true });
