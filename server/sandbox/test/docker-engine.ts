import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";

/** A Docker engine of the test's own, apart from any other on the machine. */
export interface Engine {
  host: string;
  image: string;
  stop(): Promise<void>;
}

const PACKAGES = ["docker.io", "containerd", "runc"];

/** Can one be started here? It needs root, Debian's packages and the right to mount. */
export function canStartEngine(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
}

/**
 * Takes Debian's packages apart into a folder (nothing is installed), starts the engine by hand with folders of its own
 * and makes an image of nothing but links: `/usr` of this machine is mounted into it.
 */
export async function startEngine(): Promise<Engine> {
  // A short path: the engine makes sockets below it.
  const root = mkdtempSync("/tmp/engine-");
  unpackDebian(root, PACKAGES);
  const path = `${root}/usr/bin:${root}/usr/sbin:${process.env.PATH}`;
  const socket = join(root, "docker.sock");
  const places = ["--data-root", `${root}/data`, "--exec-root", `${root}/exec`, "--pidfile", `${root}/pid`];
  const network = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=overlay2"];
  const args = ["--config-file", `${root}/none.json`, ...places, ...network, "-H", `unix://${socket}`];
  writeFileSync(join(root, "none.json"), "{}");
  const engine = spawn(`${root}/usr/sbin/dockerd`, args, { env: { ...process.env, PATH: path }, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => engine.once("exit", () => resolve()));
  const docker = new Docker({ socketPath: socket });
  for (
    let turn = 0;
    turn < 600 &&
    !(await docker.ping().then(
      () => true,
      () => false,
    ));
    turn++
  ) {
    if (engine.exitCode !== null) throw new Error(`The engine ended with ${engine.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const image = "entourage-skeleton:test";
  const skeleton = makeSkeleton(root);
  const imported = await docker.importImage(skeleton, { repo: "entourage-skeleton", tag: "test" });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(imported, (error) => (error ? reject(error) : resolve())),
  );
  return {
    host: `unix://${socket}`,
    image,
    stop: async () => {
      engine.kill("SIGTERM");
      const late = setTimeout(() => engine.kill("SIGKILL"), 20_000);
      await ended;
      clearTimeout(late);
      unmountBelow(root);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Takes packages of Debian apart into a folder; nothing is installed. */
export function unpackDebian(root: string, packages: readonly string[]): void {
  const debs = join(root, "debs");
  mkdirSync(debs);
  execFileSync("apt-get", ["-qq", "download", ...packages], { cwd: debs, stdio: "ignore" });
  for (const file of readdirSync(debs)) execFileSync("dpkg-deb", ["-x", join(debs, file), root]);
}

/** An archive of folders to mount on, and of this machine's links into /usr. */
function makeSkeleton(root: string): string {
  const folder = join(root, "skeleton");
  for (const name of [
    "usr",
    "work",
    "home/agent",
    "tmp",
    "etc",
    "run/entourage",
    "opt/entourage",
    "proc",
    "dev",
    "sys",
  ])
    mkdirSync(join(folder, name), { recursive: true });
  chmodSync(join(folder, "tmp"), 0o1777);
  for (const name of ["bin", "sbin", "lib", "lib32", "lib64"]) {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(folder, name));
  }
  execFileSync("tar", ["-cf", join(root, "skeleton.tar"), "-C", folder, "."]);
  return join(root, "skeleton.tar");
}

function unmountBelow(root: string): void {
  if (!existsSync("/proc/self/mounts")) return;
  const places = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const place of places.filter((each) => each.startsWith(`${root}/`)).reverse())
    spawnSync("umount", ["-l", place]);
}
