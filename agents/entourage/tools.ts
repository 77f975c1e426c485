import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";

export type ToolKind = "read" | "edit" | "search" | "execute" | "other";

/** What a tool gave: text for the model, and the change of a file for people. */
export interface Result {
  text: string;
  diff?: { path: string; oldText: string | null; newText: string };
  /** It did not do what it was to do; the text says how far it came. */
  isError?: boolean;
}

/** A tool of the agent. Whatever its `run` throws is told to the model, which may try something else. */
export interface Tool {
  name: string;
  description: string;
  kind: ToolKind;
  parameters: Record<string, unknown>;
  title(input: unknown): string;
  paths(input: unknown): string[];
  run(input: unknown, signal: AbortSignal): Promise<Result>;
}

const mostCharacters = 60_000;
const cut = (text: string) =>
  text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters / 2)}\n…\n${text.slice(-mostCharacters / 2)}`;

function make<Input extends z.ZodObject>(
  input: Input,
  tool: Pick<Tool, "name" | "description" | "kind"> & {
    title: (input: z.output<Input>) => string;
    path?: (input: z.output<Input>) => string;
    run: (input: z.output<Input>, signal: AbortSignal) => Promise<Result>;
  },
): Tool {
  const { title, path, run, ...rest } = tool;
  const read = (given: unknown) => input.parse(given);
  return {
    ...rest,
    parameters: z.toJSONSchema(input),
    title: (given) => {
      const { data } = input.safeParse(given);
      return data ? title(data) : rest.name;
    },
    paths: (given) => {
      const { data } = input.safeParse(given);
      return data && path ? [path(data)] : [];
    },
    run: (given, signal) => run(read(given), signal),
  };
}

const path = z.string().min(1).describe("Relative to the working directory, or absolute.");

/** The tools every conversation has, working in one directory. */
export function ownTools(cwd: string): Tool[] {
  const at = (name: string) => resolve(cwd, name);
  return [
    make(z.object({ path, from: z.int().min(1).default(1), lines: z.int().min(1).max(5_000).default(2_000) }), {
      ...{ name: "read", kind: "read", description: "Read a text file, or some lines of it." },
      title: (input) => `Read ${input.path}`,
      path: (input) => at(input.path),
      run: async ({ path: name, from, lines }) => {
        const all = (await readFile(at(name), "utf8")).split("\n");
        return { text: cut(all.slice(from - 1, from - 1 + lines).join("\n")) };
      },
    }),
    make(z.object({ path, content: z.string() }), {
      ...{ name: "write", kind: "edit", description: "Write a file, with its folders; what was in it is replaced." },
      title: (input) => `Write ${input.path}`,
      path: (input) => at(input.path),
      run: async ({ path: name, content }) => {
        const oldText = await readFile(at(name), "utf8").catch(() => null);
        await mkdir(dirname(at(name)), { recursive: true });
        await writeFile(at(name), content);
        return { text: `Wrote ${name}.`, diff: { path: at(name), oldText, newText: content } };
      },
    }),
    make(z.object({ path, old: z.string().min(1), new: z.string() }), {
      ...{ name: "edit", kind: "edit", description: "Replace a piece of a file that stands in it exactly once." },
      title: (input) => `Edit ${input.path}`,
      path: (input) => at(input.path),
      run: async (input) => {
        const oldText = await readFile(at(input.path), "utf8");
        const found = oldText.split(input.old).length - 1;
        if (found !== 1) throw new Error(`The old piece is in ${input.path} ${found} times; it must be once.`);
        const newText = oldText.replace(input.old, () => input.new);
        await writeFile(at(input.path), newText);
        return { text: `Changed ${input.path}.`, diff: { path: at(input.path), oldText, newText } };
      },
    }),
    make(z.object({ path: path.default(".") }), {
      ...{ name: "list", kind: "read", description: "List a folder." },
      title: (input) => `List ${input.path}`,
      path: (input) => at(input.path),
      run: async (input) => {
        const entries = await readdir(at(input.path), { withFileTypes: true });
        return { text: cut(entries.map((one) => one.name + (one.isDirectory() ? "/" : "")).join("\n")) };
      },
    }),
    make(z.object({ pattern: z.string().min(1).max(500).describe("A regular expression."), path: path.default(".") }), {
      ...{ name: "search", kind: "search", description: "Find the lines of files that match a pattern." },
      title: (input) => `Search ${input.pattern}`,
      path: (input) => at(input.path),
      run: async (input) => ({ text: await searchFiles(cwd, at(input.path), new RegExp(input.pattern)) }),
    }),
    make(z.object({ command: z.string().min(1), timeoutSeconds: z.int().min(1).max(600).default(120) }), {
      ...{ name: "bash", kind: "execute", description: "Run a command in a shell; output and exit code come back." },
      title: (input) => input.command.split("\n")[0]?.slice(0, 120) ?? "bash",
      run: ({ command, timeoutSeconds }, signal) => runShell(cwd, command, timeoutSeconds, signal),
    }),
  ];
}

const mostMatches = 200;

async function searchFiles(cwd: string, start: string, pattern: RegExp): Promise<string> {
  const found: string[] = [];
  const entries = await readdir(start, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /(^|\/)(\.git|node_modules)\//.test(file)) continue;
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.includes("\0")) continue;
    for (const [index, line] of text.split("\n").entries())
      if (pattern.test(line)) found.push(`${relative(cwd, file)}:${index + 1}: ${line.slice(0, 300)}`);
    if (found.length >= mostMatches) return `${found.slice(0, mostMatches).join("\n")}\n… and more`;
  }
  return found.join("\n") || "Nothing matches.";
}

function runShell(cwd: string, command: string, seconds: number, signal: AbortSignal): Promise<Result> {
  return new Promise((done, fail) => {
    // A group of its own, so that what it started ends with it.
    const child = spawn("bash", ["-c", command], { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let why = "";
    const end = (reason: string) => {
      why = reason;
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    };
    const stop = () => end("It was cancelled.");
    const timer = setTimeout(() => end(`It ran longer than ${seconds} s.`), seconds * 1_000);
    signal.addEventListener("abort", stop, { once: true });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output = cut(output + chunk.toString());
      });
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      done({ text: `${output}\n${why || `Exit code ${code}.`}`, isError: code !== 0 });
    });
  });
}
