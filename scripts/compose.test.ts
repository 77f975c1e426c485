import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settings, variableName } from "#server/config.ts";
import { ROOT } from "./check/command.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const [compose, image] = [read("compose.yaml"), read("Dockerfile")];

test("the compose file names one service, its port, a volume for its data, and settings that exist", () => {
  expect([...compose.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)).toEqual(["entourage", "data"]);
  const inside = /\bPORT=(\d+)/.exec(image)?.[1] ?? "";
  expect(compose).toContain(`"\${PORT:-${inside}}:${inside}"`);
  expect(compose).toContain(`localhost:${inside}/readyz`);
  expect(image).toContain(`EXPOSE ${inside}`);
  const folder = /ENTOURAGE_DATA_DIR=(\S+)/.exec(image)?.[1] ?? "";
  expect(compose).toContain(`- data:${folder}`);
  const known = new Set(Object.keys(settings.shape).map(variableName));
  const named = [...`${compose}\n${image}`.matchAll(/\bENTOURAGE_\w+/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test("the image copies what there is, runs as nobody's root, and starts the product by its one door", () => {
  const copies = [...image.matchAll(/^COPY (?:--chown=node:node )?(.+) \S+$/gm)].map(([, files = ""]) => files);
  const copied = copies.filter((files) => files !== ".").flatMap((files) => files.split(" "));
  expect(copied.length).toBeGreaterThan(2);
  for (const file of copied) expect(existsSync(join(ROOT, file)), file).toBe(true);
  expect(image.indexOf("USER node")).toBeGreaterThan(image.lastIndexOf("apt-get"));
  expect(image.match(/^USER /gm)).toHaveLength(1);
  const words = (instruction: string) =>
    JSON.parse(new RegExp(`^${instruction} (.+)$`, "m").exec(image)?.[1] ?? "[]") as string[];
  const [program = "", script = "", task = ""] = [...words("ENTRYPOINT"), ...words("CMD")];
  expect([program, existsSync(join(ROOT, script))]).toEqual(["node", true]);
  expect(read(script)).toMatch(new RegExp(`\\b${task}: \\[`));
  // What the build brings along from a developer's folder would be stale, large or secret.
  for (const kept of [".git", "node_modules", ".env", ".entourage*"])
    expect(read(".dockerignore").split("\n")).toContain(kept);
});

test("the scaled recipe serves roles that exist, each web in the network of a worker that the balancer knows", () => {
  const [scaled, balancer, serve] = [
    read("deploy/scaled/compose.yaml"),
    read("deploy/scaled/nginx.conf"),
    read("scripts/serve.ts"),
  ];
  const roles = [...scaled.matchAll(/command: serve (\w+)/g)].map(([, role = ""]) => role);
  expect(roles.sort()).toEqual(["web", "worker"]);
  for (const role of roles) expect(serve).toMatch(new RegExp(`^  ${role}: `, "m"));
  const hosts = [...scaled.matchAll(/network_mode: service:(\w+)/g)].map(([, worker = ""]) => worker);
  expect(hosts).toEqual(["worker1", "worker2"]);
  const inside = /\bPORT=(\d+)/.exec(image)?.[1] ?? "";
  for (const host of hosts) expect(balancer).toContain(`server ${host}:${inside}`);
  // Terminals are sent to the machine that their address names.
  const names = [...scaled.matchAll(/^ {4}hostname: (\w+)/gm)].map(([, name = ""]) => name);
  const sent = [...balancer.matchAll(/\/at\/(\w+)\$" (\w+);/g)].map(
    ([, name = "", pair = ""]) => [name, pair] as const,
  );
  expect([names, sent.map(([name]) => name)]).toEqual([hosts, hosts]);
  for (const [name, pair] of sent)
    expect(balancer).toMatch(new RegExp(`upstream ${pair} \\{\\s+server ${name}:${inside};`));
  const known = new Set(Object.keys(settings.shape).map(variableName));
  const named = [...`${scaled}\n${read("deploy/README.md")}`.matchAll(/\b(?:ENTOURAGE_[A-Z_]*[A-Z]|DATABASE_URL)\b/g)];
  expect(named.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
  for (const file of read("deploy/README.md").matchAll(/\]\((?!http)([^)]+)\)/g))
    expect(existsSync(join(ROOT, "deploy", file[1] ?? "")), file[1]).toBe(true);
});
