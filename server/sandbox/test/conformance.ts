import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BoxProvider } from "../box.ts";
import { discard, newSpec, runIn } from "./box.ts";

/** What a provider of boxes may not be able to, and is therefore not asked for. */
export interface Abilities {
  /** Opened when the suite starts, not when it is described. */
  open(): Promise<BoxProvider>;
  isolated: boolean;
  /** Memory and processes are limited for the whole box. */
  limits: boolean;
  /** Folders that its programs need. */
  readOnly?: string[];
  skip?: boolean;
}

const until = { timeout: 30_000, interval: 20 };

/** One suite for every provider: what a sandbox that stays does, whoever provides it. */
export function describeBoxes(name: string, abilities: Abilities): void {
  describe.skipIf(abilities.skip)(`every sandbox that stays: ${name}`, { timeout: 60_000 }, () => {
    let boxes: BoxProvider;
    let made: Awaited<ReturnType<typeof newSpec>>;
    let service: Server;
    const { isolated, limits } = abilities;
    const shared = { readOnly: abilities.readOnly ?? [] };
    const run = (args: string[] | string, options?: Parameters<typeof runIn>[3]) =>
      runIn(boxes, made.spec.id, args, options);

    beforeAll(async () => {
      boxes = await abilities.open();
      made = await newSpec({
        ...shared,
        env: { BOX: "of the box" },
        labels: { session: "s1" },
      });
      const socket = join(made.folder, "service.sock");
      service = createServer((client) => client.on("data", (data) => client.end(`served ${data.toString()}`)));
      await new Promise<void>((resolve) => service.listen(socket, resolve));
      made.spec.services = [{ port: 29_101, socket }];
      await boxes.create(made.spec);
      await boxes.start(made.spec.id);
    }, 60_000);
    afterAll(async () => {
      await discard(boxes, made);
      service.close();
    }, 60_000);

    test("starts programs in the workspace, with the environment of box and call and none of the server's", async () => {
      const secret = "ENTOURAGE_TEST_SECRET";
      process.env[secret] = "of the server";
      const result = await run("pwd; env", { env: { CALL: "of the call" } });
      Reflect.deleteProperty(process.env, secret);
      expect(result).toMatchObject({ exitCode: 0, err: "" });
      expect(result.out.split("\n")[0]).toBe(boxes.foldersInside(made.spec).workspace);
      expect(result.out).toMatch(/^BOX=of the box$/m);
      expect(result.out).toMatch(/^CALL=of the call$/m);
      expect(result.out).not.toContain("of the server");
      const home = boxes.foldersInside(made.spec).home;
      expect(await run("pwd; echo kept > $HOME/note", { cwd: home })).toMatchObject({ out: `${home}\n` });
      expect(await readFile(join(made.spec.home, "note"), "utf8")).toBe("kept\n");
    });

    test("tells outputs apart, and how a program ended", async () => {
      expect(await run("echo out; echo err >&2; exit 3")).toEqual({ exitCode: 3, out: "out\n", err: "err\n" });
      expect(await run(["true"])).toEqual({ exitCode: 0, out: "", err: "" });
      expect(await run(["no-such-program"])).toMatchObject({ exitCode: 127 });
      expect(await run("kill -9 $$")).toMatchObject({ exitCode: null, killedBy: "signal" });
    });

    test("passes arguments and bytes as they are", async () => {
      const odd = ["a b", "$HOME", "`id`", "", "ü\n*", "--", "-c"];
      expect((await run(["node", "-p", "JSON.stringify(process.argv.slice(1))", "--", ...odd])).out.trim()).toBe(
        JSON.stringify(odd),
      );
      const text = `${"x".repeat(300_000)}ü\n`;
      expect((await run(["cat"], { input: text })).out).toBe(text);
      expect((await run(["wc", "-c"], { input: "" })).out.trim()).toBe("0");
    });

    test("files of the workspace are the same inside and outside", async () => {
      await writeFile(join(made.spec.workspace, "from-outside"), "hello");
      expect(await run("cat from-outside; echo back > from-inside; mkdir -p d && echo x > d/f")).toMatchObject({
        exitCode: 0,
        out: "hello",
      });
      expect(await readFile(join(made.spec.workspace, "from-inside"), "utf8")).toBe("back\n");
    });

    test("several programs run together and reach each other over loopback", async () => {
      const script = `require("net").createServer((c) => c.end("from the first")).listen(28123, "127.0.0.1", () => console.log("up"))`;
      const server = await boxes.spawn(made.spec.id, { args: ["node", "-e", script] });
      await new Promise((resolve) => server.stdout.once("data", resolve));
      const client = `require("net").connect(28123, "127.0.0.1").on("data", (d) => console.log(String(d)))`;
      expect((await run(["node", "-e", client])).out).toBe("from the first\n");
      const preview = await boxes.connect(made.spec.id, 28_123);
      let seen = "";
      for await (const chunk of preview) seen += String(chunk);
      expect(seen).toBe("from the first");
      server.kill("SIGKILL");
      expect(await server.exited).toMatchObject({ exitCode: null, killedBy: "signal" });
      await expect(boxes.connect(made.spec.id, 28_123)).rejects.toThrow(/Nothing listens on port 28123/);
    });

    test("a service of ours answers on its port inside", async () => {
      const client = `const c = require("net").connect(29101, "127.0.0.1").on("data", (d) => console.log(String(d))); c.write("me")`;
      expect(await run(["node", "-e", client])).toMatchObject({ exitCode: 0, out: "served me\n" });
    });

    test("gives a terminal, resizes it, takes ^C", async () => {
      const shell = await boxes.spawn(made.spec.id, {
        args: ["sh", "-c", "stty size; while read line; do stty size; [ $line = end ] && exit 7; done"],
        tty: { rows: 33, cols: 111 },
      });
      let seen = "";
      shell.stdout.on("data", (data: Buffer) => (seen += data.toString()));
      expect(shell.stderr).toBeNull();
      await expect.poll(() => seen, until).toContain("33 111");
      shell.resize(50, 132);
      await expect
        .poll(() => {
          shell.stdin.write("again\n");
          return seen;
        }, until)
        .toContain("50 132");
      shell.stdin.write("end\n");
      expect(await shell.exited).toEqual({ exitCode: 7 });
      const sleeper = await boxes.spawn(made.spec.id, {
        args: ["sh", "-c", "echo up; exec sleep 600"],
        tty: { rows: 9, cols: 9 },
      });
      await new Promise((resolve) => sleeper.stdout.once("data", resolve));
      sleeper.stdin.write("\u0003");
      expect(await sleeper.exited).toMatchObject({ exitCode: null, killedBy: "signal" });
    });

    test("a signal reaches what the program started", async () => {
      const program = await boxes.spawn(made.spec.id, { args: ["sh", "-c", "sleep 600 & echo $!; wait; echo never"] });
      const child = await new Promise<string>((resolve) =>
        program.stdout.once("data", (data) => resolve(String(data).trim())),
      );
      program.kill();
      expect(await program.exited).toMatchObject({ killedBy: "signal" });
      await expect.poll(async () => (await run(`kill -0 ${child}`)).exitCode, until).not.toBe(0);
    });

    test("output that nobody takes holds the program, not memory of the server", async () => {
      const program = await boxes.spawn(made.spec.id, { args: ["sh", "-c", "head -c 10000000000 /dev/zero"] });
      await new Promise((resolve) => program.stdout.once("readable", resolve));
      await expect.poll(async () => (await run("ps -eo comm,stat | grep '^head'")).out, until).toMatch(/head +S/);
      const bytes = process.memoryUsage();
      expect(bytes.external + bytes.arrayBuffers).toBeLessThan(300e6);
      program.kill("SIGKILL");
      program.stdout.resume();
      expect(await program.exited).toMatchObject({ killedBy: "signal" });
    });

    test.skipIf(!isolated)("the system is read-only, there is no network and no privilege", async () => {
      const touch = await run("touch /usr/x /etc/x /x; touch /tmp/x ./x && echo written");
      expect(touch.err.match(/Read-only|denied/g)).toHaveLength(3);
      expect(touch.out).toBe("written\n");
      expect((await run("cut -d: -f1 /proc/net/dev | tail -n +3")).out.trim()).toBe("lo");
      const status = (await run("cat /proc/self/status")).out;
      expect(status).toMatch(/CapEff:\s+0+\n/);
      expect(status).toMatch(/CapBnd:\s+0+\n/);
      expect(status).toMatch(/NoNewPrivs:\s+1/);
      expect((await run("id -u")).out.trim()).toBe("1000");
    });

    test.skipIf(!limits)("a program that wants too much memory ends alone", async () => {
      const beside = await boxes.spawn(made.spec.id, { args: ["cat"] });
      const hog = await run(["node", "-e", "const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1))"]);
      expect(hog.killedBy).toBe("memory");
      beside.stdin.end("alive");
      expect(await beside.exited).toEqual({ exitCode: 0 });
      expect((await run("echo fine")).out).toBe("fine\n");
    });

    test.skipIf(!limits)("a fork bomb is held, and ends with its signal", async () => {
      // A shell gives up at the first refusal; this one goes on.
      const script = `const { spawn } = require("child_process");
        setInterval(() => spawn("sleep", ["600"]).on("error", (error) => console.log(error.code)), 1)`;
      const bomb = await boxes.spawn(made.spec.id, { args: ["node", "-e", script] });
      let refusals = "";
      bomb.stdout.on("data", (data: Buffer) => (refusals += data.toString()));
      await expect.poll(() => refusals, until).toContain("EAGAIN");
      bomb.kill("SIGKILL");
      await bomb.exited;
      await expect.poll(async () => (await run("echo fine")).out, until).toBe("fine\n");
    });

    test("ten gigabytes are not written: one file is cut, many are ended with what writes them, and neighbours go on", async () => {
      const other = await newSpec({ ...shared, limits: { ...made.spec.limits, diskMb: 24 } });
      const neighbour = await boxes.spawn(made.spec.id, { args: ["cat"] });
      await boxes.create(other.spec);
      await boxes.start(other.spec.id);
      const one = await runIn(boxes, other.spec.id, "head -c 10000000000 /dev/zero > one");
      expect(one.exitCode).not.toBe(0);
      expect((await stat(join(other.spec.workspace, "one"))).size).toBeLessThanOrEqual(24 * 1024 * 1024);
      const many =
        "i=0; while :; do head -c 4000000 /dev/zero > f$i; i=$((i+1)); [ $i = 2500 ] && exit 0; sleep 0.05; done";
      expect(await runIn(boxes, other.spec.id, many)).toMatchObject({ exitCode: null, killedBy: "disk" });
      expect((await readdir(other.spec.workspace)).length).toBeLessThan(2000);
      const found = (await boxes.list()).find(({ id }) => id === other.spec.id);
      expect(found?.reason).toMatch(/more of the disk than it may/);
      await discard(boxes, other);
      neighbour.stdin.end("alive");
      expect(await neighbour.exited).toEqual({ exitCode: 0 });
    });

    test("says what the box uses", async () => {
      const usage = await boxes.usage(made.spec.id);
      if (!limits) return expect(usage).toBeNull();
      expect(usage?.memoryBytes).toBeGreaterThan(1e6);
      expect(usage?.processes).toBeGreaterThan(0);
      return expect(usage?.cpuSeconds).toBeGreaterThan(0);
    });

    test("creating and starting again changes nothing", async () => {
      const keeper = await boxes.spawn(made.spec.id, { args: ["cat"] });
      await boxes.create({ ...made.spec, labels: {} });
      await boxes.start(made.spec.id);
      expect((await boxes.list()).find(({ id }) => id === made.spec.id)).toMatchObject({
        status: "running",
        labels: { session: "s1" },
      });
      keeper.stdin.end();
      expect(await keeper.exited).toEqual({ exitCode: 0 });
    });

    test("stop ends everything, also what ignores SIGTERM, and it can be started again", async () => {
      const mark = `87${Date.now()}`;
      const deaf = await boxes.spawn(made.spec.id, {
        args: ["sh", "-c", `trap '' TERM HUP; setsid sleep ${mark} & echo up; while :; do sleep ${mark}; done`],
      });
      await new Promise((resolve) => deaf.stdout.once("data", resolve));
      expect(await processesWith(mark)).toBeGreaterThan(0);
      const ending = Promise.all([boxes.stop(made.spec.id), boxes.stop(made.spec.id)]);
      const refusals = await refusalsUntil(ending, () => boxes.spawn(made.spec.id, { args: ["true"] }));
      expect(
        refusals.filter((words) => !words.includes("does not run")),
        "asked while it ends",
      ).toEqual([]);
      expect(await deaf.exited).toMatchObject({ exitCode: null, killedBy: "stopped" });
      if (isolated || limits) await expect.poll(() => processesWith(mark), until).toBe(0);
      expect((await boxes.list()).find(({ id }) => id === made.spec.id)?.status).toBe("stopped");
      expect(await boxes.usage(made.spec.id)).toBeNull();
      await expect(run("true")).rejects.toThrow(/does not run/);
      await boxes.start(made.spec.id);
      expect((await run("cat from-inside")).out).toBe("back\n");
    });

    test("whoever had a box before does not end the one that another process brought up since", async () => {
      const other = await abilities.open();
      const again = { ...made.spec, labels: { session: "s2" } };
      await other.remove(again.id);
      await other.create(again);
      await other.start(again.id);
      await boxes.stop(again.id, { own: true });
      const taken = await runIn(other, again.id, "echo lives");
      expect(taken).toMatchObject({ exitCode: 0, out: "lives\n" });
      await boxes.remove(again.id);
      expect((await other.list()).find(({ id }) => id === again.id)).toBeUndefined();
      await boxes.create(made.spec);
      await boxes.start(made.spec.id);
    });

    test("a box that was never made, or is removed, is not there", async () => {
      const other = await newSpec();
      await expect(boxes.start(other.spec.id)).rejects.toMatchObject({ code: "not_found" });
      await boxes.stop(other.spec.id);
      await boxes.create(other.spec);
      expect((await boxes.list()).find(({ id }) => id === other.spec.id)?.status).toBe("created");
      await boxes.remove(other.spec.id);
      await boxes.remove(other.spec.id);
      expect((await boxes.list()).find(({ id }) => id === other.spec.id)).toBeUndefined();
      expect(existsSync(other.spec.workspace)).toBe(true);
      await rm(other.folder, { recursive: true });
    });

    test("what it needs and is not there is said", async () => {
      const other = await newSpec({ services: [{ port: 9, socket: "/nonexistent.sock" }] });
      await boxes.create(other.spec);
      await expect(boxes.start(other.spec.id)).rejects.toThrow(/service of port 9 does not listen/);
      await discard(boxes, other);
    });
  });
}

/** Asks again and again until something has ended. @returns the words of those that were refused. */
async function refusalsUntil(ending: Promise<unknown>, ask: () => Promise<unknown>): Promise<string[]> {
  const refusals: string[] = [];
  let isOver = false;
  const over = ending.finally(() => (isOver = true));
  while (!isOver) await ask().catch((error: unknown) => refusals.push(String(error)));
  await over;
  return refusals;
}

/** Processes anywhere on this machine whose arguments contain the mark. */
async function processesWith(mark: string): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(mark)).length;
}
