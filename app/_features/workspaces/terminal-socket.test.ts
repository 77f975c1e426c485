import { afterEach, expect, it, vi } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { TerminalSocket, type TerminalState } from "./terminal-socket.ts";

const opened: { server: WebSocketServer; terminal: TerminalSocket }[] = [];
afterEach(() => {
  for (const { server, terminal } of opened.splice(0)) {
    terminal.stop();
    server.close();
  }
});

/** A terminal whose lines `answer` takes, the n-th of them. */
async function connect(answer: (line: ServerSocket, connection: number) => void, refuse?: () => string) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const place = server.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  let connections = 0;
  const heard: unknown[] = [];
  server.on("connection", (line) => {
    line.on("message", (data) => heard.push(JSON.parse(String(data))));
    answer(line, ++connections);
  });
  let screen = "";
  const states: TerminalState[] = [];
  const terminal = new TerminalSocket({
    address: () => (refuse ? Promise.reject(new Error(refuse())) : Promise.resolve(`ws://127.0.0.1:${port}/`)),
    onOutput: (data) => {
      screen += data;
    },
    onReplay: () => {
      screen = "";
    },
    onState: (state) => states.push(state),
    refusalOf: (error) => (error instanceof Error ? error.message : undefined),
  });
  opened.push({ server, terminal });
  return { terminal, heard, states, screen: () => screen };
}

const output = (data: string) => JSON.stringify({ type: "output", data });

it("shows after a cut what was shown, once, and tells its size again", async () => {
  const { terminal, heard, screen } = await connect((line, connection) => {
    line.send(output("$ make\r\n"));
    if (connection === 1) setImmediate(() => line.terminate());
    else line.send(output("done"));
  });
  terminal.resize(24, 80);
  await vi.waitFor(() => expect(screen()).toBe("$ make\r\ndone"), 20_000);
  await vi.waitFor(() => expect(heard.at(-1)).toEqual({ type: "resize", rows: 24, cols: 80 }), 20_000);
});

it("ends with its program and does not come again", async () => {
  const { states } = await connect((line, connection) => {
    expect(connection).toBe(1);
    line.send(JSON.stringify({ type: "exit", exitCode: 3 }));
    line.close();
  });
  await vi.waitFor(() => expect(states.at(-1)).toEqual({ state: "ended", exitCode: 3 }), 20_000);
});

it("says why it is refused", async () => {
  const { states } = await connect(
    () => undefined,
    () => "The session is stopped.",
  );
  await vi.waitFor(() => expect(states).toEqual([{ state: "refused", reason: "The session is stopped." }]), 20_000);
});

it("takes no frame that it does not know for output", async () => {
  const { screen } = await connect((line) => {
    for (const frame of ["no json", "[]", '{"type":"title","data":"evil"}', '{"type":"output","data":7}'])
      line.send(frame);
    line.send(output("ok"));
  });
  await vi.waitFor(() => expect(screen()).toBe("ok"), 20_000);
});
