import { backOffMs } from "#app/_lib/back-off.ts";

/** `ended`: the program is over, and `exitCode` says how; nothing more comes. */
export type TerminalState =
  | { state: "connecting" | "live" | "stale" }
  | { state: "ended"; exitCode: number | null }
  | { state: "refused"; reason: string };

type TerminalSocketOptions = {
  /** Asks for the address to connect to; each is good for one connection. */
  address(): Promise<string>;
  /** `isReplay`: it was printed before, and nobody asks anything by it any more. */
  onOutput(data: string, isReplay: boolean): void;
  /** All that was shown comes again: what stands there goes. */
  onReplay(): void;
  onState(state: TerminalState): void;
  /** The words of a refusal that will not be different in a moment; undefined for all else. */
  refusalOf(error: unknown): string | undefined;
};

/** One terminal over a WebSocket. After a cut it connects anew and shows what was shown, later each time that fails. */
export class TerminalSocket {
  private readonly options: TerminalSocketOptions;
  private socket: WebSocket | undefined;
  private size: { rows: number; cols: number } | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(options: TerminalSocketOptions) {
    this.options = options;
    void this.connect();
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** What is typed while there is no connection is lost, as on any terminal whose line is cut. */
  input(data: string): void {
    this.say({ type: "input", data });
  }

  resize(rows: number, cols: number): void {
    if (this.size?.rows === rows && this.size.cols === cols) return;
    this.size = { rows, cols };
    this.say({ type: "resize", rows, cols });
  }

  private say(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private async connect(): Promise<void> {
    try {
      const address = await this.options.address();
      if (!this.isOver) this.listen(new WebSocket(address));
    } catch (error) {
      const reason = this.options.refusalOf(error);
      if (reason === undefined) return this.again();
      this.end({ state: "refused", reason });
    }
  }

  private listen(socket: WebSocket): void {
    this.socket = socket;
    socket.onopen = () => {
      this.options.onReplay();
      this.options.onState({ state: "live" });
      if (this.size) this.say({ type: "resize", ...this.size });
    };
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = () => this.again();
  }

  private take(data: unknown): void {
    const frame = readFrame(data);
    if (frame === undefined) return;
    this.failures = 0;
    if (frame.type === "output") return this.options.onOutput(frame.data, frame.isReplay);
    if (frame.type === "exit") return this.end({ state: "ended", exitCode: frame.exitCode });
    this.end({ state: "refused", reason: frame.message });
  }

  private end(state: TerminalState): void {
    this.stop();
    this.options.onState(state);
  }

  private again(): void {
    if (this.isOver) return;
    this.options.onState({ state: "stale" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), backOffMs(this.failures++));
  }
}

type Frame =
  | { type: "output"; data: string; isReplay: boolean }
  | { type: "exit"; exitCode: number | null }
  | { type: "error"; message: string };

function readFrame(data: unknown): Frame | undefined {
  if (typeof data !== "string") return undefined;
  let said: unknown;
  try {
    said = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null || !("type" in said)) return undefined;
  if (said.type === "output" && "data" in said && typeof said.data === "string")
    return { type: "output", data: said.data, isReplay: "replay" in said && said.replay === true };
  if (said.type === "exit") {
    const exitCode = "exitCode" in said && typeof said.exitCode === "number" ? said.exitCode : null;
    return { type: "exit", exitCode };
  }
  if (said.type === "error" && "message" in said) return { type: "error", message: String(said.message) };
  return undefined;
}
