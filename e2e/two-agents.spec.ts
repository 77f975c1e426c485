import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { addressOf, call, found } from "./session.ts";
import { expect, test } from "./test.ts";

const root = join(import.meta.dirname, "..");
const script = join(root, "docs/examples/two-agents.sh");

test("the ten lines of the documentation let two agents work together", async ({ page }) => {
  const { teamId } = await found(page);
  const keyOf = async (name: string): Promise<string> => {
    const { agent } = await call(page, "create_agent", { teamId, name, role: "engineer", runtime: "external" });
    return (await call(page, "create_api_key", { name, agentId: agent.id })).key;
  };
  const [RIO_KEY, IDA_KEY] = [await keyOf("Rio"), await keyOf("Ida")];
  const bin = mkdtempSync(join(tmpdir(), "entourage-two-agents-"));
  symlinkSync(join(root, "scripts/entourage.mjs"), join(bin, "entourage"));
  try {
    const PATH = [bin, dirname(process.execPath), process.env.PATH].join(":");
    const { NODE_ENV } = process.env;
    const env = {
      NODE_ENV,
      PATH,
      XDG_CONFIG_HOME: join(bin, "config"),
      ENTOURAGE_SERVER: addressOf(page),
      RIO_KEY,
      IDA_KEY,
    };
    const child = spawn(script, { env, cwd: bin });
    const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(await exit, stderr).toBe(0);
    const heard = stdout.split("\n").find((line) => line.startsWith("{")) ?? "";
    expect(JSON.parse(heard)).toMatchObject({ payload: { passed: true }, seq: 1 });
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
});

test("the documentation shows that very file, and it has ten lines", () => {
  const lines = readFileSync(script, "utf8");
  expect(readFileSync(join(root, "docs/channels.md"), "utf8")).toContain(`\`\`\`sh\n${lines}\`\`\``);
  expect(lines.trim().split("\n")).toHaveLength(10);
});
