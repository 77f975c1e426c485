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
  const copied = [...image.matchAll(/^COPY (?!\.)(.+) \S+$/gm)].flatMap(([, files = ""]) => files.split(" "));
  expect(copied.length).toBeGreaterThan(2);
  for (const file of copied) expect(existsSync(join(ROOT, file)), file).toBe(true);
  expect(image.indexOf("USER node")).toBeGreaterThan(image.indexOf("npm ci"));
  const [program = "", script = "", task = ""] = JSON.parse(/^CMD (.+)$/m.exec(image)?.[1] ?? "[]") as string[];
  expect([program, existsSync(join(ROOT, script))]).toEqual(["node", true]);
  expect(read(script)).toMatch(new RegExp(`\\b${task}: \\[`));
  // What the build brings along from a developer's folder would be stale, large or secret.
  for (const kept of [".git", "node_modules", ".env", ".entourage*"])
    expect(read(".dockerignore").split("\n")).toContain(kept);
});
