import { posix } from "node:path";
import { z } from "zod";
import { listFiles, readFileAt, type TreeEntry } from "../git/files.ts";
import { readCommit } from "../git/history.ts";

/** Something that is known of a repository, ready to be told. */
export interface RepoFact {
  key: "languages" | "folders" | "scripts" | "tests" | "readme";
  title: string;
  text: string;
}

const mostReadme = 6_000;
const mostFolders = 60;
const mostScripts = 40;

/** What is brought in or made, and says nothing of the work. */
const foreign =
  /(^|\/)(node_modules|vendor|dist|build|target|\.venv|\.git|coverage)\/|(^|\/)[^/]*(-lock\.(json|yaml)|\.lock|\.min\.(js|css))$/;
const isTest =
  /(^|\/)(tests?|spec|__tests__|e2e)\/|[._-](test|spec)s?\.[^/]+$|(^|\/)test_[^/]+\.py$|_test\.(go|py|rb|exs?)$/i;

const languages = new Map(
  Object.entries({
    ...{ TypeScript: "ts tsx mts cts", JavaScript: "js jsx mjs cjs", Python: "py", Go: "go", Rust: "rs", Java: "java" },
    ...{ Kotlin: "kt kts", Swift: "swift", Ruby: "rb", PHP: "php", "C#": "cs", "C++": "cc cpp cxx hpp hh", C: "c h" },
    ...{ Shell: "sh bash", SQL: "sql", HTML: "html", CSS: "css scss less", Vue: "vue", Svelte: "svelte", Dart: "dart" },
    ...{ Elixir: "ex exs", Scala: "scala", Markdown: "md mdx", YAML: "yml yaml", JSON: "json", TOML: "toml" },
  }).flatMap(([language, endings]) => endings.split(" ").map((ending) => [ending, language] as const)),
);

/**
 * What whoever plans work on a repository should know of it, read from its default branch: its languages, folders, scripts,
 * tests and README. Nothing of a repository without a commit.
 */
export async function readFacts({
  repository,
  defaultBranch,
}: {
  repository: string;
  defaultBranch: string;
}): Promise<RepoFact[]> {
  const commit = await readCommit(repository, `refs/heads/${defaultBranch}`);
  if (!commit) return [];
  const entries = await listFiles(repository, commit, { recursive: true });
  const files = entries.filter(({ kind, path }) => kind === "file" && !foreign.test(path));
  const read = async (path: string, maxBytes = 200_000) =>
    entries.some((entry) => entry.path === path)
      ? ((await readFileAt(repository, commit, path, { maxBytes }))?.text ?? null)
      : null;
  const readme = files.find(({ path }) => /^readme(\.(md|rst|txt|adoc))?$/i.test(path))?.path;
  const scripts = [...scriptsOf(await read("package.json")), ...targetsOf(await read("Makefile"))];
  const words = readme === undefined ? null : await read(readme, mostReadme);
  const facts: (RepoFact | null)[] = [
    fact("languages", "Languages", languageLines(files)),
    fact("folders", "Folders", folderLines(files)),
    fact("scripts", "Scripts", scripts.slice(0, mostScripts)),
    fact("tests", "Tests", testLines(files)),
    fact("readme", `Its ${readme ?? "README"}`, words?.trim() ? [words.trim()] : []),
  ];
  return facts.filter((one) => one !== null);
}

const fact = (key: RepoFact["key"], title: string, lines: readonly string[]): RepoFact | null =>
  lines.length === 0 ? null : { key, title, text: lines.join("\n") };

/** By their bytes, the most first. */
function languageLines(files: readonly TreeEntry[]): string[] {
  const known = files.flatMap(({ path, bytes }) => {
    const language = languages.get(posix.extname(path).slice(1).toLowerCase());
    return language && bytes ? [{ language, bytes }] : [];
  });
  const total = known.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...Map.groupBy(known, ({ language }) => language)]
    .map(([language, of]) => ({ language, files: of.length, bytes: of.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, 8)
    .map((one) => `${one.language}: ${Math.max(1, Math.round((100 * one.bytes) / total))} %, ${filesWord(one.files)}`);
}

/** Two levels deep, with all files below each. */
function folderLines(files: readonly TreeEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const [first, second, ...rest] = path.split("/");
    if (first === undefined || second === undefined) continue;
    for (const folder of rest.length > 0 ? [`${first}/`, `${first}/${second}/`] : [`${first}/`])
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const folders = [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const top = files.filter(({ path }) => !path.includes("/")).map(({ path }) => plain(path));
  return [
    ...folders.slice(0, mostFolders).map(([folder, count]) => `${plain(folder)} (${filesWord(count)})`),
    ...(folders.length > mostFolders ? [`and ${folders.length - mostFolders} folders more`] : []),
    ...(top.length > 0 ? [`At the top: ${top.slice(0, 40).join(", ")}`] : []),
  ];
}

function testLines(files: readonly TreeEntry[]): string[] {
  const tests = files.filter(({ path }) => isTest.test(path));
  if (tests.length === 0) return ["There are no files that look like tests."];
  const folders = [...Map.groupBy(tests, ({ path }) => posix.dirname(path))].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  return [
    `${filesWord(tests.length)}, such as ${plain(tests[0]?.path ?? "")}`,
    ...folders
      .slice(0, 10)
      .map(([folder, of]) => `${plain(folder === "." ? "at the top" : `${folder}/`)}: ${of.length}`),
  ];
}

const packageJson = z.object({ scripts: z.record(z.string(), z.string()) });

/** Of npm: `npm run test: vitest run`. What is not JSON has none. */
function scriptsOf(text: string | null): string[] {
  if (text === null) return [];
  try {
    const { data } = packageJson.safeParse(JSON.parse(text));
    return Object.entries(data?.scripts ?? {}).map(([name, script]) => `npm run ${plain(name)}: ${plain(script)}`);
  } catch {
    return [];
  }
}

/** Of make, without its special and pattern targets. */
const targetsOf = (text: string | null): string[] =>
  [...(text ?? "").matchAll(/^([A-Za-z0-9][\w.-]*)\s*:(?![=:])/gm)].map(([, target]) => `make ${target}`);

const filesWord = (count: number): string => `${count} ${count === 1 ? "file" : "files"}`;
/** Names are chosen by whoever commits: on one line, and not endless. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 200);
