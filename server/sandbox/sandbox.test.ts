import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { killGroup } from "#server/git/run.ts";
import { createBubblewrap } from "./bubblewrap.ts";
import { findCgroupHome, locateCgroups } from "./cgroup.ts";
import { chooseSandbox } from "./choose.ts";
import { watchMemory } from "./memory-watch.ts";
import { createProcessSandbox } from "./process.ts";
import type { SandboxProvider, SandboxRequest, SandboxResult } from "./sandbox.ts";

const bubblewrap = createBubblewrap();
const availability = await bubblewrap.available();
const grouped = (await findCgroupHome()) !== null;
if (!availability.ok) console.warn(`SKIPPED: every test of bubblewrap. ${availability.reason} ${availability.howTo}`);
if (!grouped) console.warn("SKIPPED: tests of limits over many processes; no cgroup can be made here.");

let outside: string;
let directory: string;
let run: (command: string | string[], changes?: Partial<SandboxRequest>) => Promise<SandboxResult>;

async function prepare(provider: SandboxProvider): Promise<void> {
  outside = await mkdtemp(join(tmpdir(), "entourage-sandbox-test-"));
  directory = join(outside, "work");
  await mkdir(directory);
  await writeFile(join(outside, "other-tenant.txt"), "TENANT-SECRET");
  const limits = { timeoutSeconds: 15, outputLimitBytes: 100_000, memoryMb: 512, processLimit: 128 };
  run = (command, changes) => provider.run({ directory, command, ...limits, network: "none", ...changes });
}

test("what a killed process left of its scratch goes with the next start, what is in use stays", async () => {
  const [old, fresh] = [
    await mkdtemp(join(tmpdir(), "entourage-sandbox-")),
    await mkdtemp(join(tmpdir(), "entourage-sandbox-")),
  ];
  const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(old, hoursAgo, hoursAgo);
  await createBubblewrap().available();
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  await rm(fresh, { recursive: true });
});

const cleanUp = () => rm(outside, { recursive: true, force: true });

/** Processes anywhere on this machine whose arguments contain the mark. */
async function processesWith(mark: string): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(mark)).length;
}

const providers = [
  { provider: createProcessSandbox(), skip: false },
  { provider: bubblewrap, skip: !availability.ok },
];

describe.each(providers)("every sandbox: $provider.name", ({ provider, skip }) => {
  beforeEach(() => prepare(provider));
  afterEach(cleanUp);

  test.skipIf(skip)("runs a command in its directory and keeps what it writes", async () => {
    await writeFile(join(directory, "in.txt"), "hello");
    const result = await run("cat in.txt > out.txt; pwd; echo problem >&2; echo end; exit 3");
    expect(result).toMatchObject({ exitCode: 3, timedOut: false, outputTruncated: false });
    expect(result.output).toMatch(/work\nproblem\nend\n$/);
    expect(await readFile(join(directory, "out.txt"), "utf8")).toBe("hello");
  });

  test.skipIf(skip)("takes an argument array as it is", async () => {
    const result = await run(["printf", "%s|", "a b", "$HOME", "--", "`id`"]);
    expect(result.output).toBe("a b|$HOME|--|`id`|");
  });

  test.skipIf(skip)("has node and git inside", async () => {
    const result = await run("node -p 'process.version + require(`os`).userInfo().username' && git --version");
    expect(result.output).toMatch(new RegExp(`${process.version}\\w+\ngit version`));
    expect(result.exitCode).toBe(0);
  });

  test.skipIf(skip)("has nothing of the server's environment, and what it was given", async () => {
    process.env.ENTOURAGE_TEST_SECRET = "ENV-SECRET";
    const result = await run("env", { env: { CI: "1" } });
    delete process.env.ENTOURAGE_TEST_SECRET;
    const names = result.output.split("\n").map((line) => line.split("=")[0]);
    expect(result.output).toContain("CI=1");
    expect(new Set(names.filter(Boolean))).toEqual(
      new Set([
        "CI",
        "HOME",
        "LANG",
        "PATH",
        "PWD",
        "TMPDIR",
        ...names.filter((name) => name === "_" || name === "OLDPWD" || name === "SHLVL"),
      ]),
    );
  });

  test.skipIf(skip)("reports a command that does not exist", async () => {
    expect((await run("no-such-command")).exitCode).toBe(127);
  });

  test.skipIf(skip)("ends at its time-out with everything it started", async () => {
    const mark = `86${Date.now()}`;
    const result = await run(
      `(sleep ${mark} & setsid sleep ${mark} & nohup sleep ${mark}) & echo started; sleep ${mark}`,
      {
        timeoutSeconds: 0.7,
      },
    );
    expect(result).toMatchObject({ timedOut: true, exitCode: null, killedBy: "timeout", output: "started\n" });
    expect(result.durationMs).toBeLessThan(5000);
    if (provider.isolated || grouped) await expect.poll(() => processesWith(mark)).toBe(0);
  });

  test.skipIf(skip)("does not wait for what was left in the background", async () => {
    const mark = `87${Date.now()}`;
    const result = await run(`sleep ${mark} & setsid sleep ${mark} & echo done`);
    expect(result).toMatchObject({ exitCode: 0, output: "done\n" });
    if (provider.isolated || grouped) await expect.poll(() => processesWith(mark)).toBe(0);
  });

  test.skipIf(skip)("keeps beginning and end of an output beyond the limit, and goes on", async () => {
    const seen: string[] = [];
    const result = await run("echo BEGIN; head -c 300000 /dev/zero | tr '\\0' x; echo; echo END; exit 4", {
      outputLimitBytes: 10_000,
      onOutput: (text) => seen.push(text),
    });
    expect(result).toMatchObject({ exitCode: 4, outputTruncated: true });
    expect(result.output).toMatch(/^BEGIN\nx+\n… \d+ bytes left out …\nx+\nEND\n$/);
    expect(result.output.length).toBeLessThan(10_100);
    expect(seen.join("").length).toBe(10_000);
  });

  test.skipIf(skip)("stops a command that floods its output", async () => {
    const result = await run("yes", { outputLimitBytes: 10_000 });
    expect(result).toMatchObject({ exitCode: null, outputTruncated: true, killedBy: "output" });
  });

  test.skipIf(skip)("stops when asked to", async () => {
    const controller = new AbortController();
    const result = await run("echo up; sleep 60", { signal: controller.signal, onOutput: () => controller.abort() });
    expect(result).toMatchObject({ exitCode: null, killedBy: "abort" });
  });

  test.skipIf(skip)("stops when asked to at any moment of its start", async () => {
    for (let turn = 0; turn < 12; turn++) {
      const controller = new AbortController();
      const running = run("sleep 60", { signal: controller.signal }).catch((error: unknown) => String(error));
      setTimeout(() => controller.abort(), turn);
      // Before anything runs it is refused as aborted; from then on it is killed. It never waits for the command.
      const end = await running;
      expect(typeof end === "string" ? end : end.killedBy).toMatch(/abort/i);
    }
  });

  test.skipIf(skip)("stops a memory hog, not a modest command", async () => {
    const hog = "const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1))";
    const result = await run(["node", "-e", hog], { memoryMb: 256 });
    expect(result.exitCode).not.toBe(0);
    expect(result.durationMs).toBeLessThan(14_000);
    expect(result.killedBy).toBe("memory");
    expect((await run(["node", "-p", "Buffer.alloc(16 << 20, 1).length"], { memoryMb: 256 })).output).toBe(
      "16777216\n",
    );
  });

  test.skipIf(skip || (!grouped && !(provider.isolated && process.getuid?.() !== 0)))(
    "contains a fork bomb",
    async () => {
      const result = await run("bomb() { bomb | bomb & }; bomb; sleep 1; echo survived", {
        processLimit: 24,
        timeoutSeconds: 6,
      });
      expect(result.durationMs).toBeLessThan(10_000);
      expect(result.output).toMatch(/fork|Resource temporarily|survived|^$/i);
      expect((await run("(true | true) && echo fine", { processLimit: 24 })).output).toBe("fine\n");
    },
  );
});

describe.skipIf(!availability.ok)("what bubblewrap keeps out, each with a control that the probe can see it", () => {
  const control = createProcessSandbox();
  beforeEach(() => prepare(bubblewrap));
  afterEach(cleanUp);

  /** Runs the same command inside and outside. */
  const both = async (command: string) => {
    const limits = { timeoutSeconds: 15, outputLimitBytes: 100_000, memoryMb: 512, processLimit: 128 };
    const open = await control.run({ directory, command, ...limits, network: "none" });
    return { inside: await run(command), open };
  };

  test("another tenant's file, by path, by symlink and by hard tricks", async () => {
    const secret = join(outside, "other-tenant.txt");
    await symlink(secret, join(directory, "link"));
    for (const path of [secret, "link", "../other-tenant.txt", `/proc/self/root${secret}`, `/proc/1/root${secret}`]) {
      const { inside, open } = await both(`cat ${path}`);
      expect(inside.output).not.toContain("TENANT-SECRET");
      if (!path.startsWith("/proc/1/")) expect(open.output).toContain("TENANT-SECRET");
    }
    const loader = await run(`/lib64/ld-linux-x86-64.so.2 /usr/bin/cat ${secret}`);
    expect(loader.output).not.toContain("TENANT-SECRET");
  });

  test("the machine's passwords, settings and users", async () => {
    for (const file of ["/etc/shadow", "/etc/hostname", "/root", "/home", "/var", "/run", "/sys/kernel"]) {
      if (!existsSync(file)) continue;
      const { inside, open } = await both(`ls -d ${file}/* 2>/dev/null || cat ${file}`);
      expect(inside.output.replace(/\/home\/agent\n/, "")).not.toBe(open.output);
      expect(inside.output).toMatch(/No such file|Is a directory|\/home\/agent/);
    }
    expect((await run("cut -d: -f1 /etc/passwd")).output).toBe("root\nagent\n");
  });

  test("the environment and existence of the server's processes", async () => {
    const { inside, open } = await both("cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    expect(open.output).toMatch(/vitest|node/);
    expect(inside.output).not.toMatch(/vitest/);
    expect((await run("ls -d /proc/[0-9]* | wc -l")).output.trim()).toMatch(/^[1-6]$/);
    expect((await run(`cat /proc/${process.pid}/environ`)).exitCode).not.toBe(0);
    expect((await run("cat /proc/[0-9]*/environ | tr '\\0' '\\n'", { env: { OWN: "1" } })).output).not.toMatch(
      /ENTOURAGE|npm_|VITEST/,
    );
  });

  test("the network: loopback of the host, the world, names and the metadata address", async () => {
    const server = createServer((_request, response) => response.end("HOST-REACHED"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const get = (host: string) =>
      `node -e "fetch('http://${host}', { signal: AbortSignal.timeout(2000) }).then(r => r.text()).then(console.log, e => console.log(e.cause?.code ?? e.name))"`;
    const { inside, open } = await both(get(`127.0.0.1:${port}`));
    server.close();
    expect(open.output).toContain("HOST-REACHED");
    expect(inside.output).toContain("ECONNREFUSED");
    expect((await run(get("169.254.169.254"))).output).toContain("ENETUNREACH");
    expect((await run(get("1.1.1.1"))).output).toContain("ENETUNREACH");
    expect((await run(get("example.com"))).output).toMatch(/EAI_AGAIN|ENOTFOUND/);
  });

  test("sockets of the host in the file system", async () => {
    const path = join(outside, "host.sock");
    const server = createServer((_request, response) => response.end("SOCKET-REACHED"));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const { inside, open } = await both(
      `node -e "require('http').get({ socketPath: '${path}', path: '/' }, r => r.pipe(process.stdout)).on('error', e => console.log(e.code))"`,
    );
    server.close();
    expect(open.output).toContain("SOCKET-REACHED");
    expect(inside.output).toContain("ENOENT");
  });

  test("writing anywhere but to its directory and its temporary folders", async () => {
    for (const path of ["/usr/x", "/etc/x", "/x", "/opt/x", "/etc/passwd", "/sys/x", "/dev/x"]) {
      expect((await run(`: >> ${path}`)).exitCode).not.toBe(0);
    }
    expect((await run("echo fine | tee /tmp/x ~/x ./x")).output).toBe("fine\n");
    expect(existsSync("/tmp/x")).toBe(false);
  });

  test("the kernel's switches: nothing in /proc but one's own processes can be opened for writing", async () => {
    // It opens and never writes a byte: what it finds is the machine's own.
    const probe = String.raw`const fs = require("fs");
      let looked = 0;
      const list = (folder) => { try { return fs.readdirSync(folder, { withFileTypes: true }); } catch { return []; } };
      const canOpen = (path) => { try { fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY)); return true; } catch { return false; } };
      const walk = (folder) => list(folder).flatMap((entry) => {
        const path = folder + "/" + entry.name;
        if (/^\/proc\/(\d+|self|thread-self)$/.test(path)) return [];
        if (entry.isDirectory()) return walk(path);
        looked += entry.isFile() ? 1 : 0;
        return entry.isFile() && canOpen(path) ? [path] : [];
      });
      console.log(JSON.stringify({ open: walk(process.argv[1]), looked }));`;
    await writeFile(join(directory, "control"), "");
    expect(JSON.parse((await run(["node", "-e", probe, "/work"])).output)).toEqual({
      open: [join("/work", "control")],
      looked: 1,
    });
    const kernel = JSON.parse((await run(["node", "-e", probe, "/proc"])).output);
    expect(kernel.open).toEqual([]);
    expect(kernel.looked).toBeGreaterThan(100);
  });

  test("privileges: no capability, nothing to gain, no mounting, no tracing, no signal to the host", async () => {
    const status = (await run("cat /proc/self/status")).output;
    expect(status).toMatch(/CapEff:\s+0+\n/);
    expect(status).toMatch(/CapBnd:\s+0+\n/);
    expect(status).toMatch(/NoNewPrivs:\s+1/);
    for (const command of [
      "mount -t tmpfs none /tmp",
      "chroot / true",
      `kill -0 ${process.pid}`,
      "su -c true",
      "mknod /tmp/d b 8 0",
    ]) {
      expect((await run(command)).exitCode).not.toBe(0);
    }
  });

  test("the terminal of the server", async () => {
    expect((await run("echo x > /dev/tty")).exitCode).not.toBe(0);
  });
});

describe.skipIf(process.platform !== "linux")("watching memory where no cgroup can be made", () => {
  test("finds a hog among the descendants, and leaves a modest process alone", async () => {
    const hog = spawn(
      "sh",
      ["-c", "node -e 'const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)'; true"],
      { detached: true },
    );
    const modest = spawn("sleep", ["60"], { detached: true });
    const found: string[] = [];
    const ends = [
      watchMemory(hog.pid ?? 0, 200 << 20, () => found.push("hog")),
      watchMemory(modest.pid ?? 0, 200 << 20, () => found.push("modest")),
    ];
    await expect.poll(() => found, { timeout: 10_000 }).toEqual(["hog"]);
    for (const end of ends) end();
    killGroup(hog.pid);
    killGroup(modest.pid);
  });
});

describe("choosing a sandbox", () => {
  const absent = createBubblewrap({ program: "/nonexistent/bwrap" });

  test("without bubblewrap nothing runs unprotected by itself, and the refusal says how to install it", async () => {
    await expect(chooseSandbox({ sandbox: "auto", dataDir: "" }, { bubblewrap: absent })).rejects.toThrow(
      /not installed.*apt-get install/,
    );
    await expect(
      chooseSandbox({ sandbox: "bubblewrap", dataDir: "" }, { bubblewrap: absent, trustedSample: true }),
    ).rejects.toThrow(/not installed/);
  });

  test("the bundled sample may run without it, with a warning", async () => {
    const choice = await chooseSandbox({ sandbox: "auto", dataDir: "" }, { bubblewrap: absent, trustedSample: true });
    expect(choice).toMatchObject({
      provider: { name: "process" },
      warning: expect.stringContaining("without isolation"),
    });
  });

  test("no isolation is had by asking for it", async () => {
    expect(await chooseSandbox({ sandbox: "process", dataDir: "" })).toMatchObject({
      provider: { name: "process" },
      warning: expect.any(String),
    });
  });

  test.skipIf(!availability.ok)("bubblewrap is taken where it works", async () => {
    expect(await chooseSandbox({ sandbox: "auto", dataDir: "" })).toMatchObject({
      provider: { name: "bubblewrap" },
      warning: null,
    });
  });
});

describe("finding where cgroups can be made", () => {
  test("version 1, joined and separate controllers, also in a container that sees a part of the tree", () => {
    const mounts = [
      "32 31 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
      "33 31 0:30 /docker/abc /sys/fs/cgroup/pids rw shared:9 - cgroup cgroup rw,pids,misc",
    ].join("\n");
    const found = locateCgroups(mounts, "4:memory:/jobs/one\n3:pids,misc:/docker/abc/two\n0::/\n");
    expect(Object.fromEntries(found)).toEqual({
      memory: "/sys/fs/cgroup/memory/jobs/one",
      pids: "/sys/fs/cgroup/pids/two",
    });
  });

  test("version 2", () => {
    const found = locateCgroups(
      "25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate",
      "0::/user.slice/app.scope\n",
    );
    expect(Object.fromEntries(found)).toEqual({ v2: "/sys/fs/cgroup/user.slice/app.scope" });
  });
});
