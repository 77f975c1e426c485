import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, expect, test, vi } from "vitest";
import { publish } from "#server/channels/operations.ts";
import { execute } from "#server/execute.ts";
import { createTask } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { openShell } from "./test/shell.ts";

const { runtime, address, keyOf } = await openTestDoors();
const line = await openLine(Number(new URL(address).port));
const { start } = openShell(`http://localhost:${line.port}`);
const org = await createTestOrg(runtime);
const key = await keyOf(org);
const options = { requestId: "test" };

/** A way to the server that can be cut, and mended. */
async function openLine(target: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  let told = "";
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(target, "localhost");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    far.on("data", (bytes) => (told += String(bytes)));
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, "localhost"), "listening");
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  afterAll(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cut, mend: () => (isCut = false), told: () => told };
}

test("a listener that named no place and heard nothing yet misses nothing of a cut", { timeout: 120_000 }, async () => {
  const listener = start(["sub", "public.cut", "--count", "1"], { key });
  const heard = once(createInterface(listener.stdout), "line");
  // The second look at the channel waits; the first only told the place.
  await vi.waitFor(() => expect(runtime.listening?.waiting()).toBe(1), 20_000);
  line.cut();
  await vi.waitFor(() => expect(runtime.listening?.waiting()).toBe(0), 20_000);
  await execute(publish, runtime, org.owner, { channel: "public.cut", payload: "while it was cut" }, options);
  line.mend();
  expect(JSON.parse(String((await heard)[0])).payload).toBe("while it was cut");
});

test("a follower of events that named no place and was told nothing yet misses nothing of a cut", {
  timeout: 120_000,
}, async () => {
  const follower = start(["--json", "events", "--follow", "--type", "task.created", "--count", "1"], { key });
  const told = once(createInterface(follower.stdout), "line");
  await vi.waitFor(() => expect(runtime.streams?.streams()).toBe(1), 20_000);
  // The place, without an event: before it has come there is none to go on from.
  await vi.waitFor(() => expect(line.told()).toMatch(/^id: ?\d+$/m), 20_000);
  line.cut();
  await vi.waitFor(() => expect(runtime.streams?.streams()).toBe(0), 20_000);
  await execute(createTask, runtime, org.owner, { teamId: org.teamId, title: "While it was cut" }, options);
  line.mend();
  expect(JSON.parse(String((await told)[0])).type).toBe("task.created");
});
