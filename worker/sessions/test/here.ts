import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer, type Server } from "node:net";
import type { BoxProvider, BoxSpec } from "#server/sandbox/box.ts";

/** Boxes without walls, for what does not test walls: plain processes, and a port of loopback for each service. */
export function openBoxesHere(): BoxProvider {
  const boxes = new Map<string, { spec: BoxSpec; servers: Server[]; children: Set<ChildProcess> }>();
  const stop = async (id: string) => {
    const box = boxes.get(id);
    for (const child of box?.children ?? []) child.kill("SIGKILL");
    for (const server of box?.servers.splice(0) ?? []) await new Promise((done) => server.close(done));
  };
  return {
    ...{ name: "process", isolated: false },
    available: () => Promise.resolve({ ok: true, limits: "none" }),
    create: (spec) => {
      if (!boxes.has(spec.id)) boxes.set(spec.id, { spec, servers: [], children: new Set() });
      return Promise.resolve();
    },
    async start(id) {
      const box = boxes.get(id);
      for (const { port, socket } of box?.spec.services ?? []) {
        const server = createServer((from) => {
          const to = connect(socket);
          from.pipe(to).pipe(from);
          for (const one of [from, to]) {
            one.on("error", () => undefined);
            one.on("close", () => [from, to].forEach((other) => other.destroy()));
          }
        });
        await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
        server.unref();
        box?.servers.push(server);
      }
    },
    stop,
    async remove(id) {
      await stop(id);
      boxes.delete(id);
    },
    list: () => Promise.resolve([]),
    spawn(id, { args: [program = "", ...args], env = {} }) {
      const box = boxes.get(id);
      if (!box) throw new Error("no such box");
      const given: NodeJS.ProcessEnv = { ...process.env, HOME: box.spec.home, ...env };
      const child = spawn(program, args, { cwd: box.spec.workspace, env: given, stdio: "pipe" });
      box.children.add(child);
      const exited = new Promise<{ exitCode: number | null }>((done) =>
        child.on("exit", (exitCode) => {
          box.children.delete(child);
          done({ exitCode });
        }),
      );
      const { stdin, stdout, stderr } = child;
      return Promise.resolve({ stdin, stdout, stderr, exited, resize() {}, kill: (signal) => void child.kill(signal) });
    },
    connect: () => Promise.reject(new Error("not here")),
    usage: () => Promise.resolve(null),
  };
}
