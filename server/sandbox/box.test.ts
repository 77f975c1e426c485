import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createBubblewrapBoxes } from "./bubblewrap-boxes.ts";
import { findCgroupHome } from "./cgroup.ts";
import { createProcessBoxes } from "./process-boxes.ts";
import { describeBoxes } from "./test/conformance.ts";

const root = mkdtempSync(join(tmpdir(), "entourage-boxes-"));
const availability = await createBubblewrapBoxes(root).available();
const limits = (await findCgroupHome()) !== null;
if (!availability.ok) console.warn(`SKIPPED: every test of bubblewrap. ${availability.reason} ${availability.howTo}`);

afterAll(() => rmSync(root, { recursive: true, force: true }));

describeBoxes("bubblewrap", {
  open: async () => createBubblewrapBoxes(root),
  isolated: true,
  limits,
  skip: !availability.ok,
});
describeBoxes("process", { open: async () => createProcessBoxes(root), isolated: false, limits });
