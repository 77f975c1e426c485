import { StringDecoder } from "node:string_decoder";
import type { BoxProcess } from "#server/sandbox/box.ts";

const scrollbackCharacters = 256 * 1024;

export type ServerFrame =
  | { type: "output"; data: string; replay?: true }
  | { type: "exit"; exitCode: number | null }
  | { type: "error"; message: string };

/** Somebody who looks at a shell. */
export interface Viewer {
  send(frame: ServerFrame): void;
  /** Bytes that they have not taken yet. */
  waiting(): number;
}

/** Beyond this the shell waits for those who look at it, as it would for a slow screen. */
const mostWaitingBytes = 1024 * 1024;

/** A shell with what it printed last, for any number of people who look at it, one after the other or together. */
export class Shell {
  readonly viewers = new Set<Viewer>();
  readonly exited: Promise<number | null>;
  /** When the last one left; undefined while somebody looks. */
  leftAt: number | undefined = Date.now();
  private readonly process: BoxProcess;
  private scrollback = "";
  private held: NodeJS.Timeout | undefined;

  constructor(process: BoxProcess) {
    this.process = process;
    const decoder = new StringDecoder("utf8");
    process.stdout.on("data", (chunk: Buffer) => this.print(decoder.write(chunk)));
    process.stdout.on("error", () => undefined);
    process.stdin.on("error", () => undefined);
    this.exited = process.exited.then(({ exitCode }) => {
      this.print(decoder.end());
      for (const viewer of this.viewers) viewer.send({ type: "exit", exitCode });
      clearTimeout(this.held);
      return exitCode;
    });
  }

  /** Shows what was printed, then all that follows. @returns the way to look away. */
  look(viewer: Viewer): () => void {
    if (this.scrollback !== "") viewer.send({ type: "output", data: this.scrollback, replay: true });
    this.viewers.add(viewer);
    this.leftAt = undefined;
    return () => {
      this.viewers.delete(viewer);
      if (this.viewers.size === 0) this.leftAt = Date.now();
    };
  }

  write(data: string): void {
    this.process.stdin.write(data);
  }

  resize(rows: number, cols: number): void {
    this.process.resize(rows, cols);
  }

  /** A shell does not end by being asked; what runs in it hears that its screen is gone. */
  end(): void {
    this.process.kill("SIGHUP");
    setTimeout(() => this.process.kill("SIGKILL"), 2_000).unref();
  }

  private print(data: string): void {
    if (data === "") return;
    this.scrollback = trimmed(this.scrollback + data);
    for (const viewer of this.viewers) viewer.send({ type: "output", data });
    if (this.isAhead()) this.hold();
  }

  private isAhead(): boolean {
    return [...this.viewers].some((viewer) => viewer.waiting() > mostWaitingBytes);
  }

  /** Reads no more until everybody has caught up: a program that prints without end waits instead of filling memory. */
  private hold(): void {
    if (this.held !== undefined) return;
    this.process.stdout.pause();
    const look = () => {
      if (this.isAhead()) {
        this.held = setTimeout(look, 20);
        return;
      }
      this.held = undefined;
      this.process.stdout.resume();
    };
    this.held = setTimeout(look, 20);
  }
}

/** From the beginning of a line, where there is one, and never from the middle of a character. */
function trimmed(text: string): string {
  if (text.length <= scrollbackCharacters) return text;
  const kept = text.slice(-scrollbackCharacters * 0.75);
  const line = kept.indexOf("\n");
  return line >= 0 && line < 4_096 ? kept.slice(line + 1) : kept.replace(/^[\udc00-\udfff]/, "");
}
