import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { newSpec } from "#server/sandbox/test/box.ts";

// A worker that is killed in the middle: it starts a sandbox with something in it, says so, and stays.
const [dataDir = "", id = "", orgId = "", mark = "", sandbox = ""] = process.argv.slice(2);
const boxes = await openBoxes({ dataDir, sandbox: sandbox === "process" ? "process" : "auto" });
const { spec } = await newSpec({ id, labels: { orgId } });
await boxes.create(spec);
await boxes.start(id);
const script = `trap '' TERM HUP; setsid sleep ${mark} & echo up; while :; do sleep ${mark}; done`;
const program = await boxes.spawn(id, { args: ["sh", "-c", script] });
program.stdout.once("data", () => process.stdout.write("up\n"));
setInterval(() => undefined, 60_000);
