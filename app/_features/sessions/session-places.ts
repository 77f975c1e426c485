type Named = { id: string; name: string };

/** Where a session can work, as choices: a new copy of a repository, a copy that is there, what an address or the server has, or nothing yet. */
export function placesOf(
  repos: readonly (Named & { status: string })[],
  workspaces: readonly (Named & { status: string; branch: string })[],
  { hasServer }: { hasServer: boolean },
): { value: string; label: string }[] {
  return [
    ...repos
      .filter(({ status }) => status === "ready")
      .map(({ id, name }) => ({ value: `repo:${id}`, label: `New copy of ${name}` })),
    ...workspaces
      .filter(({ status }) => status === "ready")
      .map(({ id, name, branch }) => ({ value: `workspace:${id}`, label: `${name} (${branch})` })),
    { value: "empty", label: "A new, empty working copy" },
    { value: "url", label: "A git address …" },
    ...(hasServer ? [{ value: "path", label: "A folder of the server …" }] : []),
  ];
}

export type Place = { repoId: string } | { workspaceId: string } | { url: string } | { path: string } | { empty: true };

/** What a choice, and the address typed with it, mean for the session that begins. */
export function placeOf(value: string | undefined, address: string): Place {
  const [kind, id = ""] = (value ?? "empty").split(":");
  if (kind === "repo") return { repoId: id };
  if (kind === "workspace") return { workspaceId: id };
  if (kind === "url") return { url: address };
  return kind === "path" ? { path: address } : { empty: true };
}
