import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { canStartEngine, unpackDebian } from "#server/sandbox/test/docker-engine.ts";
import { ROOT } from "./check/command.ts";

// Debian 12's docker-compose, the last that is a program of Python: it holds a file against the specification, and reads
// all that ours say but a default within a default.
const packages = [
  ...["docker-compose", "libyaml-0-2", "python3-yaml", "python3-docker", "python3-dockerpty", "python3-docopt"],
  ...[
    "python3-jsonschema",
    "python3-pyrsistent",
    "python3-attr",
    "python3-requests",
    "python3-urllib3",
    "python3-idna",
  ],
  ...["python3-certifi", "python3-chardet", "python3-texttable", "python3-websocket", "python3-dotenv"],
  ...["python3-distro", "python3-six", "python3-packaging"],
];
const root = mkdtempSync(join(tmpdir(), "entourage-compose-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function hasCompose(): boolean {
  if (!canStartEngine()) return false;
  try {
    unpackDebian(root, packages);
  } catch {
    return false; // Debian 13 has none of them.
  }
  return read(["version"], {}).status === 0;
}

const read = (args: string[], env: Record<string, string>) =>
  spawnSync("/usr/bin/python3", ["-m", "compose", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: {
      ...{ NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH },
      ...{ PYTHONPATH: join(root, "usr/lib/python3/dist-packages"), PYTHONDONTWRITEBYTECODE: "1" },
      LD_LIBRARY_PATH: join(root, `usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`),
      ...env,
    },
  });

const skip = !hasCompose();
if (skip)
  console.warn("SKIPPED: the compose files. They are read by docker-compose from Debian 12's packages, as root.");

test.skipIf(skip)("the scaled recipe is one that compose takes: each web stands in the network of its worker", () => {
  const files = ["-f", "deploy/scaled/compose.yaml"];
  const missing = read([...files, "config"], {});
  expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining("POSTGRES_PASSWORD")]);
  const given = { POSTGRES_PASSWORD: "p", ENTOURAGE_PUBLIC_URL: "https://entourage.example.org" };
  const services = read([...files, "config", "--services"], given);
  expect(services.stdout.trim().split("\n").toSorted()).toEqual([
    "balancer",
    "postgres",
    "redis",
    "web1",
    "web2",
    "worker1",
    "worker2",
  ]);
  const { stdout, status, stderr } = read([...files, "config"], given);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.match(/DATABASE_URL: postgres:\/\/entourage:p@postgres:5432\/entourage/g)).toHaveLength(4);
  expect(stdout.match(/ENTOURAGE_PUBLIC_URL: https:\/\/entourage.example.org/g)).toHaveLength(4);
  expect(stdout.match(/network_mode: service:worker[12]/g)).toEqual([
    "network_mode: service:worker1",
    "network_mode: service:worker2",
  ]);
});

test.skipIf(skip)("the recipe of the root is one that compose takes, with its data kept in a volume", () => {
  const { stdout, status, stderr } = read(["config"], { ENTOURAGE_PUBLIC_URL: "http://localhost:9000", PORT: "9000" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("data:/data");
  expect(stdout).toContain("published: 9000");
});
