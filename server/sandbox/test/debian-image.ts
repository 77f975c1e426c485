import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import Docker from "dockerode";

/** Kept between runs: it takes a minute to make. */
const kept = resolve(import.meta.dirname, "../../../.entourage/for-tests");

/** What the recipes would install themselves; there already, they find it there. */
const packages = ["git", "ca-certificates", "bubblewrap", "procps"];
const authorities = "/usr/local/share/authorities-of-this-machine.crt";

/**
 * A Debian of the machine's own release with Node and npm, as the images of Docker's library have them, where no registry
 * of images can be reached: made by debootstrap, taken from its package without installing it. It trusts whom the machine
 * trusts. Needs root.
 */
export async function importDebian(host: string, name: string): Promise<void> {
  const archive = makeArchive();
  const docker = new Docker({ socketPath: host.replace(/^unix:\/\//, "") });
  const [repo = name, tag = "latest"] = name.split(":");
  const changes = [`ENV NODE_EXTRA_CA_CERTS=${authorities}`];
  const progress = await docker.importImage(archive, { repo, tag, changes });
  await new Promise<void>((done, failed) =>
    docker.modem.followProgress(progress, (error) => (error ? failed(error) : done())),
  );
}

function makeArchive(): string {
  const suite = /VERSION_CODENAME=(\w+)/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "stable";
  const mark = createHash("sha256")
    .update([suite, process.version, ...packages].join())
    .digest("hex")
    .slice(0, 12);
  const archive = join(kept, `debian-${mark}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(kept, { recursive: true });
  const root = mkdtempSync(join(kept, "debian-"));
  try {
    execFileSync("apt-get", ["-qq", "download", "debootstrap"], { cwd: root, stdio: "ignore" });
    for (const file of readdirSync(root)) execFileSync("dpkg-deb", ["-x", join(root, file), join(root, "tool")]);
    const files = join(root, "files");
    const options = ["--variant=minbase", `--include=${packages.join(",")}`];
    execFileSync("sh", [join(root, "tool/usr/sbin/debootstrap"), ...options, suite, files], {
      env: { ...process.env, DEBOOTSTRAP_DIR: join(root, "tool/usr/share/debootstrap") },
      stdio: ["ignore", "ignore", "inherit"],
    });
    addNode(files);
    execFileSync("tar", ["-cf", `${archive}.${process.pid}`, "-C", files, "."]);
    renameSync(`${archive}.${process.pid}`, archive);
    return archive;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Node, npm and the user `node`, where the images of the library have them. */
function addNode(files: string): void {
  const trusted = "/etc/ssl/certs/ca-certificates.crt";
  if (existsSync(trusted)) cpSync(trusted, join(files, authorities), { dereference: true });
  cpSync(process.execPath, join(files, "usr/local/bin/node"));
  const npm = execFileSync("sh", ["-c", 'readlink -f "$(command -v npm)"']).toString().trim();
  cpSync(dirname(dirname(npm)), join(files, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  for (const program of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${program}-cli.js`, join(files, "usr/local/bin", program));
  appendFileSync(join(files, "etc/passwd"), "node:x:1000:1000::/home/node:/bin/bash\n");
  appendFileSync(join(files, "etc/group"), "node:x:1000:\n");
  mkdirSync(join(files, "home/node"));
  execFileSync("chown", ["1000:1000", join(files, "home/node")]);
}
