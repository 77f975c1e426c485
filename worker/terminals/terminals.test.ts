import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { actorForKey } from "#server/auth/actor.ts";
import { parseConfig } from "#server/config.ts";
import type { Actor } from "#server/context.ts";
import { newId } from "#server/ids.ts";
import { log } from "#server/repos/test/workshop.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import {
  closeTerminal,
  listPreviewPorts,
  listTerminalsOperation,
  openPreview,
  openTerminal,
} from "#server/terminals/operations.ts";
import { createTestMember } from "#server/test/fixtures.ts";
import { openWorkingCopies } from "#server/workspaces/test/working-copies.ts";
import { openRooms } from "./rooms.ts";

const shop = await openWorkingCopies();
const { org, run } = shop;
const config = parseConfig({ DATABASE_URL: shop.url, ENTOURAGE_DATA_DIR: shop.dataDir, PORT: "3000" });
// What rooms use of a process's runtime.
const runtime = { ...shop.runtime, config, log } as OpenRuntime;
const rooms = openRooms({ runtime, log });
const server = createServer((request, response) =>
  rooms.doors.find((door) => door.takes(request))?.handle?.(request, response),
);
server.on("upgrade", (request, socket, head) =>
  rooms.doors.find((door) => door.takes(request))?.upgrade(request, socket, head),
);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
afterAll(async () => {
  await rooms.close();
  server.closeAllConnections();
  server.close();
});
const actor: Actor = await actorForKey(shop.runtime, await shop.keyFor(org, org.owner, null), "");
const { id: workspaceId } = await shop.made();
const patience = { timeout: 30_000, interval: 20 };

interface Frame {
  type: string;
  data?: string;
  message?: string;
  exitCode?: number | null;
  replay?: boolean;
}

function look(path: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}?rows=30&cols=100`);
  const frames: Frame[] = [];
  let closed: number | undefined;
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  socket.on("close", (code) => (closed = code));
  socket.on("error", () => undefined);
  const text = () => frames.map(({ data = "" }) => data).join("");
  return {
    ...{ frames, text, socket, closed: () => closed },
    say: (frame: unknown) => socket.send(JSON.stringify(frame)),
    opened: () => vi.waitFor(() => expect(socket.readyState).toBe(WebSocket.OPEN), patience),
    shows: (what: string | RegExp) => vi.waitFor(() => expect(text()).toMatch(what), patience),
  };
}
const open = (input: Record<string, unknown> = {}) => run(openTerminal, { workspaceId, ...input }, actor);

test("a shell in the workspace's sandbox: typed, seen, resized, left and come back to, its ticket good once", async () => {
  const { terminal, path } = await open();
  const first = look(path);
  await first.opened();
  first.say({ type: "input", data: "echo he''llo; pwd; stty size\n" });
  await first.shows(/hello/);
  await first.shows(/30 100/);
  first.say({ type: "resize", rows: 40, cols: 120 });
  // What is typed may come before the new size: they go by ways of their own.
  first.say({ type: "input", data: `until stty size | grep "4""0 120"; do sleep 0.1; done\n` });
  await first.shows(/40 120/);
  first.say({ nonsense: true });
  await vi.waitFor(() => expect(first.frames.at(-1)).toMatchObject({ type: "error" }), patience);
  const again = look(path);
  await vi.waitFor(() => expect(again.closed()).toBe(4401), patience);
  first.socket.terminate();
  const back = look((await open({ terminalId: terminal.id })).path);
  await back.shows(/hello/);
  expect(back.frames[0]).toMatchObject({ type: "output", replay: true });
  const beside = look((await open({ terminalId: terminal.id })).path);
  await beside.shows(/hello/);
  back.say({ type: "input", data: "echo both$((1+1))\n" });
  await beside.shows(/both2/);
  back.say({ type: "input", data: "exit 7\n" });
  await vi.waitFor(() => expect(back.frames.at(-1)).toEqual({ type: "exit", exitCode: 7 }), patience);
  await vi.waitFor(() => expect(beside.closed()).toBe(1000), patience);
  await vi.waitFor(
    async () => expect((await run(listTerminalsOperation, { workspaceId })).terminals).toEqual([]),
    patience,
  );
});

test("closed by an operation, its programs end; several live side by side", async () => {
  const [one, two] = [await open(), await open({ name: "Second" })];
  const [first, second] = [look(one.path), look(two.path)];
  await Promise.all([first.opened(), second.opened()]);
  first.say({ type: "input", data: "sleep 1000\n" });
  second.say({ type: "input", data: "echo sec''ond\n" });
  await second.shows(/second/);
  expect(first.text()).not.toContain("second");
  await run(closeTerminal, { terminalId: one.terminal.id }, actor);
  await vi.waitFor(() => expect(first.closed()).toBe(1000), patience);
  expect((await run(listTerminalsOperation, { workspaceId })).terminals.map(({ id }) => id)).toEqual([two.terminal.id]);
  await run(closeTerminal, { terminalId: two.terminal.id }, actor);
  await vi.waitFor(() => expect(second.closed()).toBe(1000), patience);
});

test("a session of another workspace or organization lends its sandbox to nobody", async () => {
  const sessionId = newId();
  await expect(open({ sessionId })).rejects.toMatchObject({ code: "not_found" });
  const preview = run(openPreview, { workspaceId, sessionId, port: 1 }, actor);
  await expect(preview).rejects.toMatchObject({ code: "not_found" });
  const ports = run(listPreviewPorts, { workspaceId, sessionId }, actor);
  await expect(ports).rejects.toMatchObject({ code: "not_found" });
});

test("viewers open none; tickets that nobody made open nothing", async () => {
  const viewer = await createTestMember(shop.runtime, org, "viewer");
  await expect(run(openTerminal, { workspaceId }, viewer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(run(openPreview, { workspaceId, port: 3000 }, viewer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(run(listPreviewPorts, { workspaceId }, viewer)).rejects.toMatchObject({ code: "forbidden" });
  for (const path of ["/terminal/", "/terminal/wt_x", `/terminal/${"a".repeat(52)}`]) {
    const stranger = look(path);
    await vi.waitFor(() => expect(stranger.closed()).toBe(4401), patience);
  }
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
const ask = (url: string, headers: Record<string, string> = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { host, pathname, search } = new URL(url);
    httpRequest({ port, host: "127.0.0.1", path: pathname + search, headers: { host, ...headers } }, (answer) => {
      let body = "";
      answer.on("data", (chunk: Buffer) => (body += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    })
      .on("error", reject)
      .end();
  });

test("what a program serves is seen on a host of its own, by whoever has its cookie, and none of ours reaches it", async () => {
  const shell = look((await open()).path);
  await shell.opened();
  const script = `require("http").createServer((q,s)=>{s.setHeader("set-cookie","a=1; Domain=localhost");s.setHeader("x-frame-options","DENY");s.end("seen "+q.url+" "+(q.headers.cookie||"none"))}).listen(4321,()=>console.log("list"+"ening"))`;
  shell.say({ type: "input", data: `node -e '${script}'\n` });
  await shell.shows(/listening/);
  const { url, origin } = await run(openPreview, { workspaceId, port: 4321 }, actor);
  expect(new URL(url).hostname.endsWith(".localhost")).toBe(true);
  expect((await ask(`${origin}/`)).status).toBe(401);
  const entry = await ask(url);
  expect(entry).toMatchObject({ status: 303, headers: { location: "/" } });
  expect((await ask(url)).status, "once").toBe(401);
  const [cookie = ""] = String(entry.headers["set-cookie"]).split(";");
  expect(String(entry.headers["set-cookie"])).toMatch(/HttpOnly; Secure; SameSite=None; Partitioned/);
  const page = await ask(`${origin}/a?b=1`, { cookie: `${cookie}; own=2` });
  expect(page).toMatchObject({ status: 200, body: "seen /a?b=1 own=2" });
  expect(page.headers["set-cookie"]).toEqual(["a=1"]);
  expect(page.headers["x-frame-options"]).toBeUndefined();
  expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'self' http://localhost:3000");
  const { origin: other } = await run(openPreview, { workspaceId, port: 4322 }, actor);
  expect((await ask(`${other}/`, { cookie })).status, "not on another host").toBe(401);
  shell.say({ type: "input", data: "\u0003exit\n" });
  await vi.waitFor(() => expect(shell.closed()).toBe(1000), patience);
});

test("the ports that programs inside listen on are told, of that sandbox alone, while they listen", async () => {
  const ports = async () => (await run(listPreviewPorts, { workspaceId }, actor)).ports;
  const shell = look((await open()).path);
  await shell.opened();
  const listen = `for(const[p,h]of[[4999,"127.0.0.1"],[4323],[4324,"::1"]])require("net").createServer().on("error",()=>0).listen(p,h)`;
  shell.say({ type: "input", data: `node -e '${listen}'\n` });
  // Our own server listens beside it on this machine, and is not told of; a machine may be without IPv6.
  await vi.waitFor(async () => expect(await ports()).toEqual(expect.arrayContaining([4323, 4999])), patience);
  expect((await ports()).filter((one) => ![4323, 4324, 4999].includes(one))).toEqual([]);
  shell.say({ type: "input", data: "\u0003exit\n" });
  await vi.waitFor(() => expect(shell.closed()).toBe(1000), patience);
  expect(await ports(), "its sandbox has ended with it").toEqual([]);
});
