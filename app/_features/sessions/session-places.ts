type Named = { id: string; name: string };

/** Where a session can work, as choices: a new copy of a repository, a copy that is there, or an empty folder. */
export function placesOf(
  repos: readonly (Named & { status: string })[],
  workspaces: readonly (Named & { status: string; branch: string })[],
): { value: string; label: string }[] {
  return [
    ...repos
      .filter(({ status }) => status === "ready")
      .map(({ id, name }) => ({ value: `repo:${id}`, label: `New copy of ${name}` })),
    ...workspaces
      .filter(({ status }) => status === "ready")
      .map(({ id, name, branch }) => ({ value: `workspace:${id}`, label: `${name} (${branch})` })),
    { value: "empty", label: "An empty folder" },
  ];
}

/** What a choice means for the session that begins. */
export function placeOf(value: string | undefined): { repoId?: string; workspaceId?: string } {
  const [kind, id = ""] = (value ?? "empty").split(":");
  if (kind === "repo") return { repoId: id };
  return kind === "workspace" ? { workspaceId: id } : {};
}
