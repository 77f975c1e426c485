import { randomInt } from "node:crypto";
import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { afterAll, describe, expect, test } from "vitest";
import { openTestDatabase } from "#db/test/database.ts";
import { importDebian } from "#server/sandbox/test/debian-image.ts";
import { canStartEngine, type Engine, startEngine } from "#server/sandbox/test/docker-engine.ts";
import { buildImage } from "./test/image.ts";

const skip = !canStartEngine();
if (skip) console.warn("SKIPPED: the images. Docker's engine is started from Debian's packages, as root.");
const [base, product, sandbox] = ["entourage-base:test", "entourage:test", "entourage-sandbox:test"];
const engine: Engine | undefined = skip ? undefined : await startEngine();
const docker = new Docker({ socketPath: engine?.host.replace("unix://", "") ?? "" });
const started: Docker.Container[] = [];

afterAll(async () => {
  for (const container of started) await container.remove({ force: true, v: true }).catch(() => undefined);
  await engine?.stop();
}, 120_000);

/** bubblewrap makes namespaces and a /proc of its own, as deploy/README.md says. */
const unconfined = { SecurityOpt: ["seccomp=unconfined"], MaskedPaths: [], ReadonlyPaths: [] };

async function start(args: string[], options: { env?: string[]; network: "none" | "host"; volume: string }) {
  const container = await docker.createContainer({
    ...{ Image: product, Cmd: args, Env: options.env ?? [] },
    HostConfig: { NetworkMode: options.network, Init: false, Binds: [`${options.volume}:/data`], ...unconfined },
  });
  started.push(container);
  await container.start();
  return container;
}

async function execute(container: Docker.Container, args: string[]) {
  const exec = await container.exec({ Cmd: args, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true });
  let output = "";
  const taken = new PassThrough().on("data", (chunk: Buffer) => (output += chunk.toString()));
  docker.modem.demuxStream(stream, taken, taken);
  await new Promise((resolve) => stream.once("end", resolve).once("close", resolve));
  return { exitCode: (await exec.inspect()).ExitCode, output };
}

/** @returns what /readyz says once it says yes; throws with the log where the container ends instead. */
async function ready(container: Docker.Container, port: number): Promise<string> {
  const ask = `fetch("http://127.0.0.1:${port}/readyz").then(async (r) => { console.log(await r.text()); process.exit(r.ok ? 0 : 1) }, () => process.exit(1))`;
  for (let turn = 0; turn < 300; turn++) {
    if (!(await container.inspect()).State.Running) break;
    const { exitCode, output } = await execute(container, ["node", "-e", ask]);
    if (exitCode === 0) return output;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`It is not ready:\n${(await container.logs({ stdout: true, stderr: true, tail: 40 })).toString()}`);
}

describe.skipIf(skip)("the images", { timeout: 1_800_000 }, () => {
  test("are built from what is checked in, the sandbox's too", async () => {
    await importDebian(engine?.host ?? "", base);
    await buildImage(engine?.host ?? "", { tag: product, dockerfile: "Dockerfile", base });
    await buildImage(engine?.host ?? "", { tag: sandbox, dockerfile: "deploy/sandbox.Dockerfile", base });
    expect((await docker.getImage(product).inspect()).Config.User).toBe("node");
  });

  test("one container is the whole product: the demo runs to its end, its gates in bubblewrap", async () => {
    const container = await start([], { network: "none", volume: "entourage-alone" });
    expect(await ready(container, 8080)).toContain('"ok":true');
    const run = ["node", "scripts/run.mjs"];
    const person = ["--email", "a@example.org", "--password", "correct-horse-battery", "--org", "Demo", "--json"];
    expect((await execute(container, [...run, "bootstrap", ...person])).exitCode).toBe(0);
    const demo = await execute(container, [...run, "demo", "--timeout", "600"]);
    expect(demo.output).toMatch(/9 of 9 tasks merged/);
    expect(demo.exitCode).toBe(0);
    const doctor = await execute(container, [...run, "doctor"]);
    expect(doctor.output).toMatch(/Sandbox +bubblewrap works here/);
    expect(doctor.output).toContain("Everything holds.");
    await container.stop({ t: 30 });
    // Its data stays: the same volume, another container.
    const again = await start([], { network: "none", volume: "entourage-alone" });
    expect(await ready(again, 8080)).toContain('"ok":true');
    expect((await execute(again, [...run, "doctor"])).output).toContain("Everything holds.");
    await again.stop({ t: 30 });
  });

  test("its parts are told by an argument: two webs and two workers, and a realtime alone", async () => {
    const { url } = await openTestDatabase();
    const first = randomInt(20_000, 29_000);
    const pairs = [0, 1].map((pair) => ({ port: first + 2 * pair, workerPort: first + 2 * pair + 1 }));
    const part = (role: string, { port, workerPort }: { port: number; workerPort: number }) =>
      start(["serve", role], {
        ...{ network: "host", volume: "entourage-parts" },
        env: [`DATABASE_URL=${url}`, `PORT=${port}`, `ENTOURAGE_WORKER_PORT=${workerPort}`, "ENTOURAGE_HOST=127.0.0.1"],
      });
    for (const pair of pairs) await part("worker", pair);
    const webs = await Promise.all(pairs.map(async (pair) => ({ ...pair, web: await part("web", pair) })));
    for (const { web, port } of webs) expect(await ready(web, port)).toContain('"realtime":"ok"');
    const alone = await part("realtime", { port: first + 8, workerPort: first + 9 });
    const listens = `require("net").connect(${first + 9}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
    await expect
      .poll(async () => (await execute(alone, ["node", "-e", listens])).exitCode, { timeout: 120_000, interval: 500 })
      .toBe(0);
    const wrong = await start(["serve", "everything"], { network: "none", volume: "entourage-parts" });
    await wrong.wait();
    expect((await wrong.logs({ stdout: true, stderr: true })).toString()).toMatch(/web, worker, realtime/);
  });
});
