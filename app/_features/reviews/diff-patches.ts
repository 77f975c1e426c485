/** A diff of many files as git prints it, cut into one patch a file, in its order. */
export function patchesOf(diff: string): { path: string; patch: string }[] {
  const starts = [...diff.matchAll(/^diff --git /gm)].map(({ index }) => index);
  return starts.map((start, place) => {
    const patch = diff.slice(start, starts[place + 1]);
    return { path: pathOf(patch), patch };
  });
}

/** The path after the change; of a deleted file the one before. Git quotes what is not plain text. */
function pathOf(patch: string): string {
  const named =
    /^\+\+\+ "?b\/(.+?)"?\t?$/m.exec(patch) ??
    /^--- "?a\/(.+?)"?\t?$/m.exec(patch) ??
    /^rename to "?(.+?)"?$/m.exec(patch);
  return named?.[1] ?? /^diff --git .* "?b\/(.+?)"?$/m.exec(patch)?.[1] ?? "a file";
}
