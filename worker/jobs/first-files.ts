import { gitText } from "#server/git/run.ts";
import type { RepoSource } from "#db/enums.ts";
import { demonstrationFiles } from "../../agents/sample/demonstration.ts";
import { startingFiles } from "../../agents/sample/recipes.ts";

/** What a repository that is hosted here begins with, by its source. */
export const firstFilesOf = (source: RepoSource): Record<string, string> =>
  source === "sample" ? startingFiles : source === "demonstration" ? demonstrationFiles : {};

/** Writes files as a tree into a bare repository. @returns the tree; the same for the same files. */
export async function writeTree(repository: string, files: Record<string, string>): Promise<string> {
  const folders = new Map<string, Record<string, string>>();
  const lines: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length > 0) folders.set(first, { ...folders.get(first), [rest.join("/")]: text });
    else lines.push(`100644 blob ${await writeBlob(repository, text)}\t${first}\n`);
  }
  for (const [name, inside] of folders) lines.push(`040000 tree ${await writeTree(repository, inside)}\t${name}\n`);
  return gitText(["mktree"], { repository, input: lines.join("") });
}

const writeBlob = (repository: string, input: string): Promise<string> =>
  gitText(["hash-object", "-w", "--stdin"], { repository, input });
