import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { SessionStream, type StreamState } from "./session-stream.ts";
import type { Chunk } from "#server/sessions/schema.ts";

const opened: { server: Server; stream: SessionStream }[] = [];
afterEach(() => {
  for (const { server, stream } of opened.splice(0)) {
    stream.stop();
    server.closeAllConnections();
    server.close();
  }
});

const pieceOf = (seq: number): Chunk => ({
  seq,
  turn: 1,
  at: "2026-01-01T00:00:00Z",
  update: { kind: "text", text: `${seq} ` },
});
const frame = (seq: number) => `id: ${seq}\ndata: ${JSON.stringify(pieceOf(seq))}\n\n`;

/** Follows what `answer` says to each connection, the n-th of them asking behind a piece. */
async function follow(answer: (response: ServerResponse, after: number, connection: number) => void) {
  let connections = 0;
  const server = createServer((request, response) =>
    answer(response, Number(request.headers["last-event-id"]), ++connections),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const { port } =
    address !== null && typeof address === "object" ? address : ({ port: 0 } satisfies Partial<AddressInfo>);
  const heard: Chunk[] = [];
  const states: StreamState[] = [];
  const stream = new SessionStream({
    open: (after, signal) =>
      fetch(`http://127.0.0.1:${port}/`, { headers: { "last-event-id": String(after) }, signal }),
    readChunk: (data): Chunk => JSON.parse(data),
    onChunks: (chunks) => heard.push(...chunks),
    onState: (state) => states.push(state),
    schedule: (flush) => setImmediate(flush),
  });
  opened.push({ server, stream });
  return { heard, states };
}

it("loses nothing and tells nothing twice when it is cut in the middle of every answer", async () => {
  const { heard } = await follow((response, after) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    // What comes behind the place it asked for, one piece again, and half a piece before the cut.
    response.write(
      `${frame(Math.max(1, after))}${frame(after + 1)}${frame(after + 2)}${frame(after + 3).slice(0, 20)}`,
    );
    if (after < 8) setImmediate(() => response.destroy());
  });
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(10), 20_000);
  expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, index) => index + 1));
});

it("ends with the server's words when it is refused", async () => {
  const { states } = await follow((response) => {
    response.writeHead(404, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: "not_found", message: "There is no session here." } }));
  });
  await vi.waitFor(
    () => expect(states.at(-1)).toEqual({ state: "closed", reason: "There is no session here." }),
    10_000,
  );
});

it("tries again while the server is in trouble", async () => {
  const { heard, states } = await follow((response, _after, connection) => {
    response.writeHead(connection < 3 ? 503 : 200, { "content-type": "text/event-stream" });
    if (connection < 3) response.end();
    else response.write(frame(1));
  });
  await vi.waitFor(() => expect(heard).toHaveLength(1), 20_000);
  expect(states.map(({ state }) => state)).toEqual(["stale", "stale", "live"]);
});
