import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import type { WorkspaceRow } from "../workspaces/queries.ts";
import { runInWorkspace } from "../workspaces/running.ts";
import { partsOf } from "../tools/confined.ts";
import type { SearchResult } from "./schema.ts";

interface Search {
  query: string;
  in: "names" | "content";
  path: string;
  caseSensitive: boolean;
  limit: number;
}

/** Folders that tools fill: nobody looks for their own work there. */
const skipped = [".git", "node_modules", ".venv", "__pycache__", "target", ".next"];
const secondsAtMost = 20;

/**
 * Looks through a workspace, in a sandbox: what somebody links or swaps meanwhile leads nowhere else. What is looked for
 * goes by the environment, so it is never a part of a command.
 */
export async function searchFiles(settings: Settings, row: WorkspaceRow, search: Search): Promise<SearchResult> {
  const folder = partsOf(search.path).join("/");
  // A path that begins with a dash is no option.
  const env = { QUERY: search.query, FOLDER: folder === "" ? "." : `./${folder}` };
  const command = search.in === "names" ? findNames : grepLines(search);
  const result = await runInWorkspace(settings, row, {
    ...{ command, env, timeoutSeconds: secondsAtMost, outputLimitBytes: 8 * 1024 * 1024, memoryMb: 512 },
  });
  if (/^missing\n$/.test(result.output)) throw new AppError("not_found", `${search.path} does not exist.`);
  return search.in === "names" ? namesIn(result.output, search) : linesIn(result.output, search);
}

const isThere = `[ -d "$FOLDER" ] && [ ! -L "$FOLDER" ] || { echo missing; exit 0; }`;
const findNames = `${isThere}
find "$FOLDER" \\( ${skipped.map((name) => `-name '${name}'`).join(" -o ")} \\) -prune -o \\( -type f -o -type l \\) -print0 2>/dev/null | head -c 8000000`;

/** Each line cut to what is shown; binary files left out; not more from one file than a person looks at. */
const grepLines = ({ caseSensitive, limit }: Search) => `${isThere}
grep -rnIFZ ${caseSensitive ? "" : "-i"} -m 50 ${skipped.map((name) => `--exclude-dir='${name}'`).join(" ")} -e "$QUERY" -- "$FOLDER" 2>/dev/null | cut -b 1-1500 | head -n ${limit + 1}`;

function namesIn(output: string, { query, caseSensitive, limit }: Search): SearchResult {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase());
  const wanted = fold(query);
  const found = output
    .split("\0")
    .map((path) => path.replace(/^\.\//, ""))
    .filter((path) => path !== "" && isPlain(path) && fold(path).includes(wanted));
  // What is called so comes before what lies in a folder called so; then the short paths.
  const rank = (path: string) => (fold(path.slice(path.lastIndexOf("/") + 1)).includes(wanted) ? 0 : 1);
  const sorted = found.toSorted((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
  const matches = sorted.slice(0, limit).map((path) => ({ path, line: null, text: null }));
  return { matches, truncated: found.length > limit };
}

function linesIn(output: string, { limit }: Search): SearchResult {
  const matches = output.split("\n").flatMap((line) => {
    const [, path = "", number = "", text = ""] = /^(?:\.\/)?([^\0]+)\0(\d+):(.*)$/s.exec(line) ?? [];
    return path !== "" && isPlain(path) ? [{ path, line: Number(number), text: text.slice(0, 500) }] : [];
  });
  return { matches: matches.slice(0, limit), truncated: matches.length > limit };
}

const isPlain = (path: string) => !/[\0-\x1f\x7f]/.test(path) && path.isWellFormed();
