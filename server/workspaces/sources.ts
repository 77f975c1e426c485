import { isAbsolute } from "node:path";
import type { WorkspaceSource } from "#db/enums.ts";
import type { Context, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { type GitSource, openSource } from "../git/source.ts";

interface Place {
  source: WorkspaceSource;
  sourceUrl: string | null;
}

/** Where the files come from, if the server may go there for this actor. */
export async function checkPlace(
  { actor, settings }: Context,
  { url, path, empty }: { url?: string | undefined; path?: string | undefined; empty?: true | undefined },
): Promise<Place> {
  if (empty) return { source: "empty", sourceUrl: null };
  if (url !== undefined) {
    // An absolute path would be taken for one of the server.
    if (isAbsolute(url)) throw new AppError("invalid", "This is a path, not an address. Owners give it as `path`.");
    await openSource(url, rulesOf(settings));
    return { source: "url", sourceUrl: url };
  }
  if (path === undefined) return { source: "repo", sourceUrl: null };
  if (actor.role !== "owner") throw new AppError("forbidden", "Only owners use a path on the server.");
  if (!isAbsolute(path)) throw new AppError("invalid", "Give the absolute path of a repository on the server.");
  if (settings.repoRoots.length === 0) {
    throw new AppError(
      "forbidden",
      "No local path is allowed yet. Whoever runs the server names folders in ENTOURAGE_REPO_ROOTS and starts it again.",
    );
  }
  const opened = await openSource(path, rulesOf(settings));
  if (opened.kind !== "local") throw new AppError("invalid", "This is not a path of the server.");
  return { source: "local", sourceUrl: opened.path };
}

/** The same, checked anew right before it is connected to. */
export const openPlace = (settings: Settings, sourceUrl: string): Promise<GitSource> =>
  openSource(sourceUrl, rulesOf(settings));

const rulesOf = ({ repoRoots }: Settings) => ({ allowedRoots: [...repoRoots] });
