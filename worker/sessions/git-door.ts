import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Context, Settings } from "#server/context.ts";

/** The repository of ours that a session's files are of, as `/api/git` knows it: `org/repo.git`. Undefined: of none. */
export async function findSessionRepo({ tx, actor }: Context, workspaceId: string | null): Promise<string | undefined> {
  if (!workspaceId) return undefined;
  const [found] = await tx.execute<{ slug: string; org: string }>(sql`select r.slug, o.slug as org
    from workspaces w join repos r on r.org_id = w.org_id and r.id = w.repo_id join organizations o on o.org_id = w.org_id
    where w.org_id = ${actor.orgId} and w.id = ${workspaceId}`);
  return found && `${found.org}/${found.slug}.git`;
}

/**
 * Settings of git for everything that runs in a session's sandbox: what it knows as the server's address is a port of its
 * own, behind which the server adds the credential. Written where the agent reads and does not write.
 * @returns the folder to show to the sandbox, and the environment that names what is in it.
 */
export async function writeGitSettings(
  settings: Pick<Settings, "dataDir" | "publicUrl">,
  { orgId, id }: { orgId: string; id: string },
  { port, home }: { port: number; home: string },
): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = join(settings.dataDir, "sessions", orgId, id, "settings");
  await mkdir(folder, { recursive: true });
  const path = join(folder, "gitconfig");
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  await writeFile(
    path,
    [
      `[url ${quoted(`http://127.0.0.1:${port}/api/git/`)}]`,
      `\tinsteadOf = ${quoted(`${settings.publicUrl}/api/git/`)}`,
      "[safe]",
      '\tdirectory = "*"',
      "[include]",
      `\tpath = ${quoted(`${home}/.gitconfig`)}`,
      "",
    ].join("\n"),
  );
  return { folder, env: { GIT_CONFIG_GLOBAL: path, GIT_TERMINAL_PROMPT: "0" } };
}
