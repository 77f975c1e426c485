import { join } from "node:path";

interface Place {
  orgId: string;
  id: string;
}

/** Everything of one workspace on the server's disk. Only ids stand in the path: nothing a caller chose. */
export const workspaceRoot = ({ dataDir }: { dataDir: string }, { orgId, id }: Place): string =>
  join(dataDir, "working-copies", orgId, id);

/** Its files, which a sandbox sees as `/work`. An agent writes here: the server never runs git in it, nor anything else. */
export const workspacePath = (settings: { dataDir: string }, orgId: string, workspaceId: string): string =>
  join(workspaceRoot(settings, { orgId, id: workspaceId }), "files");

/** What its sandbox sees as `/home/agent`. */
export const workspaceHome = (settings: { dataDir: string }, orgId: string, workspaceId: string): string =>
  join(workspaceRoot(settings, { orgId, id: workspaceId }), "home");
