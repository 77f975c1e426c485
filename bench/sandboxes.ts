import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newId } from "#server/ids.ts";
import type { BoxProvider, BoxSpec } from "#server/sandbox/box.ts";
import { createBubblewrap } from "#server/sandbox/bubblewrap.ts";
import { createBubblewrapBoxes } from "#server/sandbox/bubblewrap-boxes.ts";
import { createDockerBoxes } from "#server/sandbox/docker-boxes.ts";
import { createProcessBoxes } from "#server/sandbox/process-boxes.ts";
import { figure, median, quantile, round } from "./figure.ts";

// What a sandbox costs: from nothing to one that takes programs, a program in it (`true`, to its end), and taking it away;
// beside a bare child process in the same run. Docker where an engine is given: --docker unix:///… --image NAME.

const { values } = parseArgs({
  options: {
    docker: { type: "string" },
    image: { type: "string", default: "entourage-sandbox" },
    "read-only": { type: "string" },
    rounds: { type: "string", default: "20" },
    execs: { type: "string", default: "200" },
  },
});
const root = await mkdtemp(join(tmpdir(), "entourage-bench-boxes-"));
const limits = { memoryMb: 1024, cpus: 2, processes: 256, diskMb: 1024 };
const providers: BoxProvider[] = [createProcessBoxes(root), createBubblewrapBoxes(root)];
if (values.docker !== undefined) providers.push(createDockerBoxes(root, { host: values.docker, image: values.image }));

try {
  const bare = await repeat(Number(values.execs), bareChild);
  told("a bare child process", "exec", bare, bare);
  for (const provider of providers) {
    const availability = await provider.available();
    if (availability.ok) await measure(provider, bare);
    else figure({ figure: "sandboxes", provider: provider.name, skipped: availability.reason });
  }
  const single = createBubblewrap();
  if ((await single.available()).ok) {
    const request = { directory: root, command: ["true"], timeoutSeconds: 60, outputLimitBytes: 1000 };
    const limit = { memoryMb: 512, processLimit: 64, network: "none" as const };
    told(
      "bubblewrap",
      "single run",
      await repeat(Number(values.execs), () => single.run({ ...request, ...limit })),
      bare,
    );
  }
} finally {
  await rm(root, { recursive: true, force: true });
}

async function measure(provider: BoxProvider, bare: readonly number[]): Promise<void> {
  const [created, removed]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    const spec = await newSpec();
    created.push(
      await timed(async () => {
        await provider.create(spec);
        await provider.start(spec.id);
        await runTrue(provider, spec.id);
      }),
    );
    if (round === 0)
      told(provider.name, "exec", await repeat(Number(values.execs), () => runTrue(provider, spec.id)), bare);
    removed.push(await timed(() => provider.remove(spec.id)));
  }
  told(provider.name, "create, start and a first program", created, bare);
  told(provider.name, "remove", removed, bare);
}

async function newSpec(): Promise<BoxSpec> {
  const id = newId();
  const [workspace, home] = [join(root, id, "workspace"), join(root, id, "home")];
  await mkdir(workspace, { recursive: true });
  await mkdir(home);
  const readOnly = values["read-only"] === undefined ? [] : [values["read-only"]];
  return { id, workspace, home, readOnly, services: [], env: {}, limits, labels: {} };
}

async function runTrue(provider: BoxProvider, id: string): Promise<void> {
  const program = await provider.spawn(id, { args: ["true"] });
  program.stdin.end();
  program.stdout.resume();
  program.stderr?.resume();
  const { exitCode } = await program.exited;
  if (exitCode !== 0) throw new Error(`true ended with ${exitCode} in ${provider.name}`);
}

function bareChild(): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn("true", { stdio: ["pipe", "pipe", "pipe"] })
      .once("error", reject)
      .once("close", () => resolve());
  });
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) taken.push(await timed(work));
  return taken;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function told(provider: string, what: string, milliseconds: readonly number[], bare: readonly number[]): void {
  figure({
    figure: "sandboxes",
    ...{ provider, what, times: milliseconds.length },
    ...{ p50_ms: round(median(milliseconds)), p95_ms: round(quantile(milliseconds, 0.95)) },
    ...{ times_a_bare_child: round(median(milliseconds) / median(bare), 1), cpus: cpus().length },
  });
}
