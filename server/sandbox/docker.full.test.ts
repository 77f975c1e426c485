import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createDockerBoxes } from "./docker-boxes.ts";
import { describeBoxes } from "./test/conformance.ts";
import { canStartEngine, type Engine, startEngine } from "./test/docker-engine.ts";

const skip = !canStartEngine();
if (skip) console.warn("SKIPPED: boxes in Docker. The engine is started from Debian's packages, as root.");
const root = mkdtempSync(join(tmpdir(), "entourage-docker-"));
let engine: Engine | undefined;

afterAll(async () => {
  await engine?.stop();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

describeBoxes("docker", {
  open: async () => {
    engine = await startEngine();
    return createDockerBoxes(root, engine);
  },
  readOnly: ["/usr"],
  isolated: true,
  limits: true,
  skip,
});
