import { mkdir, rm, writeFile } from "node:fs/promises";
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
  { port, home, kind, commitCheck }: { port: number; home: string; kind: string; commitCheck: string },
): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = join(settings.dataDir, "sessions", orgId, id, "settings");
  await mkdir(folder, { recursive: true });
  const path = join(folder, "gitconfig");
  const [door, known] = [`http://127.0.0.1:${port}/api/git/`, `${settings.publicUrl}/api/git/`];
  const hooks = await writeHooks(join(folder, "hooks"), commitCheck);
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  await writeFile(
    path,
    [
      `[url ${quoted(door)}]`,
      `\tinsteadOf = ${quoted(known)}`,
      "[safe]",
      '\tdirectory = "*"',
      "[include]",
      `\tpath = ${quoted(`${home}/.gitconfig`)}`,
      "",
    ].join("\n"),
  );
  // Gemini CLI 0.61 shows the commands it runs no file of settings, and adds to what the environment says (seen).
  const said = {
    ...(kind === "gemini" ? { [`url.${door}.insteadOf`]: known, "safe.directory": "*" } : {}),
    // Said here it goes before what a working copy says of itself.
    ...(hooks ? { "core.hooksPath": hooks } : {}),
  };
  return { folder, env: { GIT_CONFIG_GLOBAL: path, GIT_TERMINAL_PROMPT: "0", ...inEnvironment(said) } };
}

/** Every hook of a working copy's own that git runs there still runs: one name each, all the same script. */
const hookNames = [
  ...["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-merge-commit", "post-merge"],
  ...["pre-rebase", "post-checkout", "post-rewrite", "pre-push", "applypatch-msg", "pre-applypatch", "post-applypatch"],
];
const hook = `#!/bin/sh
name=$(basename "$0"); ours=$(dirname "$0")
if [ "$name" = pre-commit ]; then
  sh "$ours/commit-check" || { echo "The check before commits failed; nothing was committed." >&2; exit 1; }
fi
own=$(git config --local --get core.hooksPath || echo "$(git rev-parse --git-common-dir)/hooks")
[ -x "$own/$name" ] || exit 0
exec "$own/$name" "$@"
`;

/**
 * The repository's check before commits, as a hook that the agent cannot write. It can go around it (`--no-verify`): the
 * check is there to help it early, the gate is what holds. @returns the folder; undefined: there is no check.
 */
async function writeHooks(folder: string, commitCheck: string): Promise<string | undefined> {
  await rm(folder, { recursive: true, force: true });
  if (commitCheck.trim() === "") return undefined;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "commit-check"), commitCheck);
  for (const name of hookNames) await writeFile(join(folder, name), hook, { mode: 0o755 });
  return folder;
}

/** https://git-scm.com/docs/git-config#ENVIRONMENT */
const inEnvironment = (settings: Record<string, string>): Record<string, string> =>
  Object.fromEntries<string>([
    ["GIT_CONFIG_COUNT", String(Object.keys(settings).length)],
    ...Object.entries(settings).flatMap(([key, value], index): [string, string][] => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
