// The one door to every npm script: `node scripts/run.mjs TASK [arguments]`.
// Plain JavaScript on purpose: it must start on any Node from 18 on, before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tasks = {
  start: ["scripts/start.ts"],
  serve: ["scripts/serve.ts"],
  dev: ["scripts/dev.ts"],
  demo: ["scripts/demo.ts"],
  doctor: ["scripts/doctor.ts"],
  bootstrap: ["scripts/bootstrap.ts"],
  "reset-password": ["scripts/reset-password.ts"],
  backup: ["scripts/backup.ts"],
  restore: ["scripts/restore.ts"],
  build: ["scripts/build.ts"],
  migrate: ["scripts/migrate.ts"],
  check: ["scripts/check.ts"],
  test: ["scripts/test.ts"],
  "test:full": ["scripts/test.ts", "--full"],
  conformance: ["scripts/conformance.ts"],
  bench: ["bench/main.ts"],
  screenshots: ["scripts/screenshots.ts"],
  "pack-cli": ["scripts/pack-cli.ts"],
  "config-docs": ["scripts/config-docs.ts"],
};

const [task = "", ...rest] = process.argv.slice(2);
const script = Object.hasOwn(tasks, task) ? tasks[task] : undefined;
if (!script)
  fail(`${task ? `There is no task "${task}".` : "Name a task."} Tasks: ${Object.keys(tasks).join(", ")}.`, 2);
if (!existsSync(join(root, script[0])))
  fail(`The task "${task}" is not in this checkout (${script[0]} is missing).`, 2);

const node = suitableNode();
process.env.PATH = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
process.env.PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD ??= "1"; // Browsers come from the system; a silent 150 MB download helps nobody.
installDependencies();
runTask();

/** Returns a Node that runs TypeScript as it is: this one, or Node 24 from npm, kept under `.entourage/node`. */
function suitableNode() {
  if (isSuitable(process.versions.node)) return process.execPath;
  const kept = join(root, ".entourage", "node", "bin", "node");
  if (existsSync(kept) && isSuitable(run(kept, ["-p", "process.versions.node"]).stdout.trim())) return kept;
  const name = `node-${process.platform}-${process.arch}@24`;
  timed(`Node ${process.versions.node} is older than 22.18: getting ${name} from npm`, () => downloadNode(name));
  return kept;
}

function isSuitable(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Unpacks beside its final place and renames, so that an interrupted download is never taken for a Node. */
function downloadNode(name) {
  const home = join(root, ".entourage");
  mkdirSync(home, { recursive: true });
  const scratch = mkdtempSync(join(home, "node-download-"));
  try {
    const packed = npm(["pack", name, "--silent", "--pack-destination", scratch], { cwd: scratch });
    const archive = readdirSync(scratch).find((file) => file.endsWith(".tgz"));
    if (packed.status !== 0 || !archive) throw new Error(`npm could not fetch ${name}. ${packed.stderr ?? ""}`);
    const unpacked = run("tar", ["-xzf", join(scratch, archive), "-C", scratch]);
    if (unpacked.status !== 0) throw new Error(`Could not unpack ${archive}. ${unpacked.stderr ?? ""}`);
    rmSync(join(home, "node"), { recursive: true, force: true });
    renameSync(join(scratch, "package"), join(home, "node"));
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    fail(`${error.message}\nInstall Node 22.18 or newer by hand and run this again.`);
  }
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * Installs when node_modules does not hold what the lock says, then applies our patches.
 * The stamp lives inside node_modules and is written last: an interrupted install has none.
 */
function installDependencies() {
  const stamp = join(root, "node_modules", ".entourage-stamp");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(installedLock())) return;
  if (!holdsTheLock()) install();
  // npm runs this as our postinstall, but not with --ignore-scripts nor after `npm install NAME`. Applying twice is harmless.
  let patched = patch();
  if (patched.status !== 0) {
    install(); // What is there bears an older version of the patch.
    patched = patch();
  }
  if (patched.status !== 0) fail(`A patch did not apply:\n${patched.stdout}${patched.stderr}`);
  writeFileSync(stamp, wanted);
}

function install() {
  timed("Installing dependencies (npm ci)", () => {
    const result = npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], { stdio: ["ignore", 2, 2] });
    if (result.status !== 0) fail("npm ci failed; its message is above.");
  });
}

function patch() {
  return run(node, [join(root, "node_modules", "patch-package", "index.js"), "--error-on-fail"], { cwd: root });
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const patches = join(root, "patches");
  for (const file of existsSync(patches) ? readdirSync(patches).sort() : [])
    hash.update(readFileSync(join(patches, file)));
  return hash.digest("hex");
}

function installedLock() {
  return join(root, "node_modules", ".package-lock.json");
}

/** npm notes what it installed; packages for other platforms are rightly absent. */
function holdsTheLock() {
  if (!existsSync(installedLock())) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(installedLock(), "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = present[path];
    if (!found) return entry.optional === true || entry.peer === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Hands over to the task; signals go through, its exit code becomes ours, and it hears when we are gone (IPC closes). */
function runTask() {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const [file, ...fixed] = script;
  const child = spawn(node, [...flags, join(root, file), ...fixed, ...rest], {
    cwd: root,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`Could not run ${file}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  // npm killed with -9 tells nobody; without this its whole family would live on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 1000).unref();
}

function npm(args, options = {}) {
  const own = process.env.npm_execpath;
  if (own && /npm-cli\.c?js$/.test(own)) return run(process.execPath, [own, ...args], { cwd: root, ...options });
  return run("npm", args, { cwd: root, ...options });
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: "utf8", ...options });
}

function timed(what, work) {
  const begun = Date.now();
  process.stderr.write(`${what} …\n`);
  work();
  process.stderr.write(`  done in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
}

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
