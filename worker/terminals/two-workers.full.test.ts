import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { actorForKey } from "#server/auth/actor.ts";
import { parseConfig } from "#server/config.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { createLogger } from "#server/log.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { keepSandboxes } from "#server/sandboxes/keeping.ts";
import { openTerminal } from "#server/terminals/operations.ts";
import { generous, openCodingTeams, soon } from "../dispatch/test/coding-teams.ts";
import { call } from "../dispatch/test/whole-task.ts";
import { openRooms } from "./rooms.ts";

const { runtime, run, keyOf, openTeam, startWorker } = await openCodingTeams();
const log = createLogger("test");
const { dataDir } = runtime.settings;
const config = parseConfig({ DATABASE_URL: "postgres://unused", ENTOURAGE_DATA_DIR: dataDir, PORT: "3000" });
// What rooms use of a process's runtime.
const rooms = openRooms({ runtime: { ...runtime, config, log }, log });
const server = createServer().on("upgrade", (request, socket, head) =>
  rooms.doors.find((door) => door.takes(request))?.upgrade(request, socket, head),
);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
afterAll(async () => {
  await rooms.close();
  server.close();
});

/** All that a terminal shows. */
function look(path: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  let shown = "";
  socket.on("message", (data) => (shown += String(data)));
  socket.on("error", () => undefined);
  return { socket, shows: (what: RegExp) => vi.waitFor(() => expect(shown).toMatch(what), soon) };
}

test(
  "a terminal in a session's sandbox opens at any worker of its machine; at another machine it is told where to go",
  generous,
  async () => {
    const { org, session, updates } = await openTeam(({ toolResults }) =>
      toolResults === 0
        ? call("bash", { command: "echo from-the-agent > /tmp/seen" })
        : { text: "I wait.", silentAfter: 1 },
    );
    startWorker({});
    await vi.waitFor(async () => expect(JSON.stringify(await updates())).toContain("I wait"), soon);
    const { id: sessionId, workspaceId } = await session();
    const person = await actorForKey(runtime, await keyOf(org), "");
    const first = await run(openTerminal, person, { workspaceId, sessionId });
    expect(first.path).toBe(`/terminal/${first.ticket}`);
    const here = look(first.path);
    await vi.waitFor(() => expect(here.socket.readyState).toBe(WebSocket.OPEN), soon);
    here.socket.send(JSON.stringify({ type: "input", data: "cat /tmp/seen\n" }));
    await here.shows(/from-the-agent/);
    here.socket.close();

    // As its worker tells when it runs on another machine, which shares the folder of data.
    const { name: provider } = await openBoxes(runtime.settings);
    const note = join(dataDir, "boxes", provider, sessionId, "state.json");
    await writeFile(note, JSON.stringify({ ...JSON.parse(await readFile(note, "utf8")), host: "worker2" }));
    const limits = { memoryMb: 1, cpus: 1, processes: 1, diskMb: 1 };
    await inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, (context) =>
      keepSandboxes(context, { place: "there", host: "worker2", provider }, [
        { id: sessionId, orgId: org.orgId, status: "running", labels: {}, limits, usage: null },
      ]),
    );
    const second = await run(openTerminal, person, { workspaceId, sessionId });
    expect(second.path).toBe(`/terminal/${second.ticket}/at/worker2`);
    await look(second.path).shows(/runs on the machine worker2/);
  },
);
