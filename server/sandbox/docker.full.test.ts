import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseSandbox } from "./choose.ts";
import { createDockerBoxes } from "./docker-boxes.ts";
import type { SandboxProvider, SandboxRequest } from "./sandbox.ts";
import { openWayOut } from "#worker/workspaces/way-out.ts";
import { newId } from "../ids.ts";
import { runInBoxes } from "./run-in-box.ts";
import { describeBoxes } from "./test/conformance.ts";
import { importDebian } from "./test/debian-image.ts";
import { canStartEngine, type Engine, startEngine } from "./test/docker-engine.ts";

const skip = !canStartEngine();
if (skip) console.warn("SKIPPED: boxes in Docker. The engine is started from Debian's packages, as root.");
const root = mkdtempSync(join(tmpdir(), "entourage-docker-"));
const engine: Engine | undefined = skip ? undefined : await startEngine();

afterAll(async () => {
  await engine?.stop();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

describeBoxes("docker", {
  open: async () => createDockerBoxes(root, engine ?? { host: "", image: "" }),
  readOnly: ["/usr"],
  isolated: true,
  limits: true,
  skip,
});

describe.skipIf(skip)("gates and single commands in Docker, chosen by the setting", { timeout: 120_000 }, () => {
  let provider: SandboxProvider;
  const directory = join(root, "tree");
  const run = (command: string, changes: Partial<SandboxRequest> = {}) => {
    const limits = { timeoutSeconds: 60, outputLimitBytes: 4_000, memoryMb: 256, processLimit: 64 };
    return provider.run({ directory, command, ...limits, network: "none", ...changes });
  };
  beforeAll(async () => {
    mkdirSync(directory);
    const image = "entourage-gates:test";
    await importDebian(engine?.host ?? "", image);
    const docker = { host: engine?.host ?? "", image };
    ({ provider } = await chooseSandbox({ sandbox: "docker", dataDir: root, docker }));
  }, 300_000);

  test("run in the directory and a cache, end with their code and both outputs, and leave nothing running", async () => {
    const cache = mkdtempSync(join(root, "cache-"));
    writeFileSync(join(directory, "a"), "from outside\n");
    const command = "cat a; echo wrong >&2; echo kept > /cache/x; echo $CI; exit 3";
    const result = await run(command, { env: { CI: "true" }, writable: [{ directory: cache, target: "/cache" }] });
    expect(result).toMatchObject({ exitCode: 3, timedOut: false, output: "from outside\nwrong\ntrue\n" });
    expect(readFileSync(join(cache, "x"), "utf8")).toBe("kept\n");
    expect(await createDockerBoxes(join(root, "boxes"), engine ?? { host: "", image: "" }).list()).toEqual([]);
  });

  test("have no network, no secret of the server, and end at their limits of time, memory and output", async () => {
    const seen = await run("env; tail -n +3 /proc/net/dev | cut -d: -f1");
    expect(seen.output).not.toMatch(/HOSTNAME_OF|DATABASE_URL|ENTOURAGE/);
    expect(seen.output.trim().split("\n").at(-1)?.trim()).toBe("lo");
    expect(await run("sleep 600", { timeoutSeconds: 1 })).toMatchObject({ exitCode: null, killedBy: "timeout" });
    expect(await run("yes", { timeoutSeconds: 60 })).toMatchObject({ exitCode: null, killedBy: "output" });
    const hog = `node -e 'const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1))'`;
    expect((await run(hog)).killedBy).toBe("memory");
    const aborting = new AbortController();
    const aborted = run("echo up; sleep 600", { signal: aborting.signal, onOutput: () => aborting.abort() });
    expect(await aborted).toMatchObject({ exitCode: null, killedBy: "abort" });
  });

  test("a service of ours enters a single command's container, and that of no other", async () => {
    const out = await openWayOut(newId(), { hosts: ["registry.example.org"], trustedHosts: [] });
    const docker = { host: engine?.host ?? "", image: "entourage-gates:test" };
    const boxes = createDockerBoxes(join(root, "boxes"), docker);
    const request = { directory, timeoutSeconds: 60, outputLimitBytes: 4_000, memoryMb: 256, processLimit: 64 };
    const ask = `node -e 'require("http").request({ port: 9109, method: "CONNECT", path: "evil.example:443" })
      .on("connect", ({ statusCode }) => console.log(statusCode)).on("error", ({ code }) => console.log(code)).end()'`;
    const services = [{ port: 9_109, socket: out.socket }];
    const given = await runInBoxes(boxes, services).run({ ...request, command: ask, network: "none" });
    expect(given.output.trim()).toBe("403");
    expect(out.reached.lines()).toEqual([expect.stringContaining("asked for evil.example")]);
    expect((await run(ask)).output.trim()).toBe("ECONNREFUSED");
    await out.close();
  });

  test("an engine that is not there is said, with what to do", async () => {
    const docker = { host: "unix:///nonexistent.sock", image: "x" };
    await expect(chooseSandbox({ sandbox: "docker", dataDir: root, docker })).rejects.toThrow(
      /Docker cannot be used.*ENTOURAGE_DOCKER_HOST/,
    );
  });
});
