import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const STAMP = join(".next", "entourage-build");
const LOCK = join(".entourage", "build.lock");
const SOURCES = ["app/**/*", "server/**/*", "db/**/*.ts", "mcp/**/*", "public/**/*"];
const SETTINGS = ["next.config.ts", "package.json", "package-lock.json", "postcss.config.mjs", "tsconfig.json"];

/** Builds the dashboard when its sources changed since the last build; says how long it takes. */
export async function buildWhenNeeded(say: (line: string) => void): Promise<void> {
  const wanted = hashSources();
  if (isBuilt(wanted)) return;
  await withLock(async () => {
    if (isBuilt(wanted)) return; // Somebody else built it while we waited.
    say("Building the dashboard (half a minute or a whole one, once for each change of the sources) …");
    const begun = Date.now();
    rmSync(STAMP, { force: true });
    const stillBuilding = setInterval(() => {
      say(`  still building (${((Date.now() - begun) / 1000).toFixed(0)} s; a busy or small machine takes longer)`);
    }, 30_000);
    await runNextBuild().finally(() => clearInterval(stillBuilding));
    const seconds = (Date.now() - begun) / 1000;
    writeFileSync(STAMP, wanted);
    say(`  built in ${seconds.toFixed(1)} s`);
  });
}

async function runNextBuild(): Promise<void> {
  const next = spawn(process.execPath, [join("node_modules", "next", "dist", "bin", "next"), "build"], {
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => next.kill(); // Whoever stops us while we wait stops the build too.
  process.once("exit", end);
  const [output, errors, ending] = await Promise.all([text(next.stdout), text(next.stderr), once(next, "exit")]);
  process.off("exit", end);
  if (ending[0] !== 0) throw new Error(`The build failed:\n${output}${errors}`);
}

function isBuilt(wanted: string): boolean {
  if (!existsSync(STAMP) || !existsSync(join(".next", "BUILD_ID"))) return false;
  return readFileSync(STAMP, "utf8") === wanted;
}

function hashSources(): string {
  const files = globSync(SOURCES, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of [...files.sort(), ...SETTINGS]) {
    if (existsSync(file)) hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** One build at a time in a checkout; a lock whose holder is dead counts for nothing. */
async function withLock(work: () => Promise<void>): Promise<void> {
  mkdirSync(".entourage", { recursive: true });
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      break;
    } catch {
      if (!holderLives()) rmSync(LOCK, { force: true });
      else await delay(250);
    }
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function holderLives(): boolean {
  try {
    process.kill(Number(readFileSync(LOCK, "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) await buildWhenNeeded(console.log);
