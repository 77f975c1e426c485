import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { createBubblewrapBoxes } from "./bubblewrap-boxes.ts";
import { findCgroupHome } from "./cgroup.ts";
import { createProcessBoxes } from "./process-boxes.ts";
import { discard, newSpec, runIn } from "./test/box.ts";
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

/** A disk of its own that may be filled. */
function smallDisk(): string | null {
  const at = mkdtempSync(join(tmpdir(), "entourage-disk-"));
  const mounted =
    process.getuid?.() === 0 && spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m", "none", at]).status === 0;
  onTestFinished(() => {
    if (mounted) execFileSync("umount", ["-l", at]);
    rmSync(at, { recursive: true, force: true });
  });
  return mounted ? at : null;
}

test.skipIf(!availability.ok)(
  "a disk that is nearly full: who goes on writing is ended, whoever does not is left alone",
  async (context) => {
    const disk = smallDisk();
    if (disk === null) context.skip("A small disk can only be mounted by root.");
    const boxes = createBubblewrapBoxes(root);
    const made = await Promise.all(["greedy", "modest"].map((name) => newSpec({ labels: { name } })));
    const [greedy, modest] = made.map(({ spec }) => spec);
    if (!disk || !greedy || !modest) throw new Error("unreachable");
    for (const spec of [greedy, modest]) {
      spec.workspace = join(disk, spec.labels.name ?? "");
      mkdirSync(spec.workspace);
      spec.limits = { ...spec.limits, diskMb: 4096 };
      await boxes.create(spec);
      await boxes.start(spec.id);
    }
    const quiet = await boxes.spawn(modest.id, { args: ["cat"] });
    const filling = "i=0; while :; do head -c 1000000 /dev/zero > f$i; i=$((i+1)); sleep 0.01; done 2>/dev/null";
    expect(await runIn(boxes, greedy.id, filling)).toMatchObject({ exitCode: null, killedBy: "disk" });
    expect(readdirSync(greedy.workspace).length).toBeGreaterThan(10);
    expect((await boxes.list()).find(({ id }) => id === greedy.id)?.reason).toMatch(/disk was nearly full/);
    quiet.stdin.end("alive");
    expect(await quiet.exited).toEqual({ exitCode: 0 });
    // Somebody tidies up, in the same sandbox.
    expect(await runIn(boxes, greedy.id, "rm -f f*; echo room > again")).toMatchObject({ exitCode: 0 });
    for (const each of made) await discard(boxes, each);
  },
  60_000,
);
