import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { styleText } from "node:util";

const LOG_LIMIT_BYTES = 20 * 1024 * 1024;
const STYLES = { warn: "yellow", error: "red", fatal: "red", debug: "dim", trace: "dim" } as const;
/** Said by every line and of no use to a person at a terminal. */
const HIDDEN = new Set(["level", "time", "service", "pid", "msg", "requestId", "agent", "part"]);

export type LineSink = (source: string, line: string) => void;

/** Keeps every line in `<folder>/<source>.log` and shows it: readable on a terminal, as it is when piped. */
export function createLineSink(folder: string): LineSink {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, ReturnType<typeof createWriteStream>>();
  // A full disk takes lines away, never the process that keeps the others running.
  process.stdout.on("error", () => {});
  return (source, line) => {
    let file = files.get(source);
    if (!file) {
      files.set(source, (file = openLog(join(folder, `${source}.log`))));
      file.on("error", () => files.delete(source)); // The next line tries again.
    }
    file.write(`${line}\n`);
    process.stdout.write(`${process.stdout.isTTY ? readable(source, line) : line}\n`);
  };
}

/** Sends the lines of a stream to the sink. */
export function followLines(stream: Readable, source: string, sink: LineSink): void {
  createInterface({ input: stream }).on("line", (line) => {
    if (line.trim() !== "") sink(source, line);
  });
}

function openLog(file: string) {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return createWriteStream(file, { flags: "a", mode: 0o600 });
}

/** `12:34:56 web  GET /tasks 200 12 ms` instead of a line of JSON. */
export function readable(source: string, line: string): string {
  const entry = parse(line);
  if (!entry) return `${styleText("dim", source.padEnd(8))} ${line}`;
  const { level, time, msg, part } = entry;
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const name = show(part ?? source).padEnd(8);
  const text = msg === "request" ? request(entry) : `${show(msg ?? "")} ${fields(entry)}`.trimEnd();
  const style = Object.entries(STYLES).find(([key]) => key === level)?.[1];
  return `${styleText("dim", `${clock} ${name}`)} ${style ? styleText(style, text) : text}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && "level" in entry ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}

function request({ method, path, status, milliseconds }: Record<string, unknown>): string {
  return `${[method, path, status, milliseconds].map(show).join(" ")} ms`;
}

function fields(entry: Record<string, unknown>): string {
  return Object.entries(entry)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => (name === "error" || name === "err" ? stackOf(value) : `${name}=${show(value)}`))
    .join(" ");
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function stackOf(value: unknown): string {
  return typeof value === "object" && value !== null && "stack" in value ? `\n${String(value.stack)}` : show(value);
}
