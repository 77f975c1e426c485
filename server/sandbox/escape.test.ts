import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BoxProvider, BoxSpec } from "./box.ts";
import { createBubblewrapBoxes } from "./bubblewrap-boxes.ts";
import { createProcessBoxes } from "./process-boxes.ts";
import { type Attempt, attempts } from "./test/attempts.ts";
import { runIn } from "./test/box.ts";

const availability = await createBubblewrapBoxes("/nonexistent").available();
if (!availability.ok) console.warn(`SKIPPED: every escape. ${availability.reason} ${availability.howTo}`);
const isRoot = process.getuid?.() === 0;

describe.skipIf(!availability.ok)("ways out of a sandbox, each with a control that it leads somewhere", () => {
  const mark = `entourage-${randomUUID()}`;
  const cleaning: (() => unknown)[] = [];
  const found = new Map<string, { inside: string; control: string }>();
  let out: string;
  let boxes: BoxProvider;

  const serve = async (place: string | number): Promise<Server> => {
    const server = createServer((client) => client.on("error", () => undefined).end("ESCAPED\n"));
    await new Promise<void>((resolve) => server.listen(place, resolve));
    cleaning.unshift(() => server.close());
    return server;
  };

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "entourage-escape-"));
    cleaning.push(() => rmSync(out, { recursive: true, force: true }));
    const records = join(out, "records");
    const environment = await prepareHost(records);
    boxes = createBubblewrapBoxes(records);
    const open = createProcessBoxes(records);
    const inside = await bringUp(boxes, "inside", join(out, "workspace"));
    const neighbour = await bringUp(boxes, "neighbour", join(out, "neighbour", "workspace"));
    const outside = await bringUp(open, "outside", join(out, "workspace"), 1000);
    await furnishNeighbour();

    const initInside = "/opt/entourage/inside/init.ts";
    // A control has to get there, however busy the machine is; an attempt may wait in vain.
    const run = async (provider: BoxProvider, id: string, command: string, seconds: number) => {
      const own = { WHO: id, INIT: id === "outside" ? join(import.meta.dirname, "inside/init.ts") : initInside };
      const env = { ...environment, ...own, OWN: id === "outside" ? out : "/tmp" };
      return (await runIn(provider, id, ["timeout", "-k", "1", String(seconds), "sh", "-c", command], { env })).out;
    };
    const examine = async (attempt: Attempt) => {
      const [where, id] = attempt.control?.where === "neighbour" ? [boxes, neighbour] : [open, outside];
      const control = await run(where, id, attempt.control?.command ?? attempt.command, 60);
      found.set(attempt.name, { inside: await run(boxes, inside, attempt.command, 10), control });
    };
    const queue = [...attempts];
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await examine(next);
    };
    await Promise.all([work(), work(), work(), work()]);
  }, 120_000);

  afterAll(async () => {
    for (const clean of cleaning) await clean();
  }, 60_000);

  async function bringUp(provider: BoxProvider, id: string, workspace: string, diskMb = 20): Promise<string> {
    const home = join(out, `home-${id}`);
    mkdirSync(home);
    const socket = join(out, "neighbour-service.sock");
    const services = id === "neighbour" ? [{ port: 29_202, socket }] : [];
    const limits = { memoryMb: 512, cpus: 2, processes: 128, diskMb };
    const spec: BoxSpec = { id, workspace, home, services, env: {}, limits, labels: { secret: "ESCAPED" } };
    await provider.create(spec);
    cleaning.unshift(() => provider.remove(id));
    await provider.start(id);
    return id;
  }

  /** Things of the host that an escape would reach, and where they are. */
  async function prepareHost(records: string): Promise<Record<string, string>> {
    mkdirSync(join(out, "workspace"));
    mkdirSync(join(out, "neighbour", "workspace"), { recursive: true });
    writeFileSync(join(out, "neighbour", "workspace", "secret"), "ESCAPED\n");
    writeFileSync(join(out, "secret"), "ESCAPED\n");
    writeFileSync(join(out, "secret.sh"), "echo ESCAPED\n");
    writeFileSync(join(out, "secret.pl"), "print qq(ESCAPED\\n); 1;\n");
    writeFileSync(join(out, mark), "");
    symlinkSync(join(out, "secret"), join(out, "workspace", "planted"));
    if (isRoot) {
      copyFileSync("/usr/bin/id", join(out, "workspace", "suid"));
      chmodSync(join(out, "workspace", "suid"), 0o4755);
    }
    const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args]);
    git("init", "-q", join(out, "repo"));
    git("-C", join(out, "repo"), "commit", "-q", "--allow-empty", "-m", "ESCAPED");
    git("clone", "-q", "--bare", join(out, "repo"), join(out, "repo.git"));
    writeFileSync(`/dev/shm/${mark}-host`, "ESCAPED\n");
    cleaning.push(() => rmSync(`/dev/shm/${mark}-host`, { force: true }));
    const key = `0x${mark.slice(-6)}`;
    const shared = /\d+/.exec(perl(`print shmget(${key}, 64, 0600 | 01000)`))?.[0] ?? "";
    cleaning.push(() => perl(`shmctl(${shared}, 0, 0)`));
    const [socket, abstract] = [join(out, "host.sock"), `${mark}-abstract`];
    const server = await serve(0);
    await Promise.all([serve(socket), serve(`\0${abstract}`), serve(join(out, "neighbour-service.sock"))]);
    const address = server.address();
    return {
      ...{ OUT: out, MARK: mark, SOCK: socket, ABSTRACT: abstract, RECORDS: records },
      PORT: String(typeof address === "object" ? address?.port : 0),
      PID: String(startVictim()),
      SHM: String(Number(key)),
      NEIGHBOUR: join(out, "neighbour", "workspace"),
      HOSTNAME_OUTSIDE: hostname(),
    };
  }

  function startVictim(): number {
    const secret = openSync(join(out, "secret"), "r");
    const descriptors = Array.from({ length: 9 }, (): "ignore" => "ignore");
    const env = { NODE_ENV: "test", PATH: process.env.PATH, VICTIM: "ESCAPED" } as const;
    const args = ["-c", "while :; do sleep 600; done", `${mark}-victim`, `${mark}-argument`];
    const victim = spawn("/bin/sh", args, { cwd: out, env, stdio: [...descriptors, secret], detached: true });
    closeSync(secret);
    cleaning.unshift(() => process.kill(-(victim.pid ?? 0), "SIGKILL"));
    return victim.pid ?? 0;
  }

  async function furnishNeighbour(): Promise<void> {
    const script = `const net = require("net"), fs = require("fs");
      for (const folder of ["/tmp/", "/dev/shm/"]) fs.writeFileSync(folder + "${mark}", "ESCAPED");
      const serve = (at) => new Promise((done) => net.createServer((c) => c.end("ESCAPED")).listen(at, done));
      Promise.all([serve(28777), serve("\\0neighbour")]).then(() => console.log("up"));`;
    const program = await boxes.spawn("neighbour", { args: ["node", "-e", script, `${mark}-neighbour`] });
    await new Promise((resolve) => program.stdout.once("data", resolve));
  }

  test("there are enough of them", () => {
    expect(attempts.length).toBeGreaterThanOrEqual(60);
    expect(new Set(attempts.map(({ name }) => name)).size).toBe(attempts.length);
    expect(dirname(out)).not.toBe(out);
  });

  test.each(attempts)("$name", ({ name, asRoot }) => {
    const result = found.get(name);
    expect(result?.inside).not.toContain("ESCAPED");
    // Where the server is no root, what only root may could not succeed outside either.
    if (isRoot || !asRoot) expect(result?.control).toContain("ESCAPED");
  });
});

function perl(script: string): string {
  return execFileSync("perl", ["-e", script]).toString();
}
