import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figure, median, round } from "./figure.ts";
import { cleanEnvironment, end, findFreePort, untilReady } from "./product/product.ts";

// How long somebody waits: `npm start` in a bare clone of the last commit (dependencies, database, build, everything), and
// again where it is built. Ready is what `/readyz` says: database, migrations and a worker that beats.

const { values } = parseArgs({
  options: { repeats: { type: "string", default: "3" }, clones: { type: "string", default: "1" } },
});
const root = join(import.meta.dirname, "..");
const bare: number[] = [];
const built: number[] = [];
const fresh: number[] = [];

for (let clone = 0; clone < Number(values.clones); clone++) {
  const folder = mkdtempSync(join(tmpdir(), "entourage-bench-start-"));
  try {
    const { status, stderr } = spawnSync("git", ["clone", "--quiet", root, join(folder, "clone")], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    bare.push(await secondsToReady(join(folder, "clone"), "data"));
    for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
      built.push(await secondsToReady(join(folder, "clone"), "data"));
      fresh.push(await secondsToReady(join(folder, "clone"), `data-${repeat}`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
figure({
  figure: "start: from a bare clone to ready",
  seconds: round(median(bare), 1),
  clones: bare.length,
  goal_seconds: 90,
});
figure({
  figure: "start: from built to ready",
  seconds: round(median(built), 1),
  withANewDatabase_seconds: round(median(fresh), 1),
  repeats: built.length,
  goal_seconds: 5,
});

async function secondsToReady(clone: string, dataDir: string): Promise<number> {
  const port = await findFreePort();
  const begun = performance.now();
  // What `npm start` runs, without npm between: it would be gone before the product has stopped.
  const child: ChildProcess = spawn(process.execPath, ["scripts/run.mjs", "start"], {
    cwd: clone,
    env: { ...cleanEnvironment(), PORT: String(port), ENTOURAGE_DATA_DIR: join(clone, "..", dataDir) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr?.on("data", (data: Buffer) => {
    words = `${words}${data.toString()}`.slice(-4_000);
  });
  try {
    await untilReady(`http://localhost:${port}`, child, 600);
    return (performance.now() - begun) / 1_000;
  } catch (error) {
    throw new Error(`npm start: ${words}`, { cause: error });
  } finally {
    await end(child);
  }
}
