import { parseArgs } from "node:util";
import { spawn } from "@lydell/node-pty";
import { figure, median, quantile, round } from "./figure.ts";
import { openTerminal, openWorkspace } from "./product/calling.ts";
import { startProduct } from "./product/product.ts";

// What typing into a terminal of a working copy costs: a key pressed until its echo is back at who pressed it, through the
// web process, the worker and the sandbox; beside a bare pseudo terminal of this process in the same run.

const { values } = parseArgs({ options: { keys: { type: "string", default: "500" } } });
const keys = Number(values.keys);
const letters = "abcdefghijklmnopqrstuvwxyz";

const product = await startProduct();
try {
  const terminal = await openTerminal(product, await openWorkspace(product));
  await terminal.say("echo rea''dy\r", "ready");
  const bare = openBare();
  await bare.say("echo rea''dy\r", "ready");
  const [ours, peers]: [number[], number[]] = [[], []];
  for (let key = -50; key < keys; key++) {
    const letter = letters[((key % 26) + 26) % 26] ?? "a";
    const took = await timed(() => terminal.say(letter, letter));
    const peerTook = await timed(() => bare.say(letter, letter));
    if (key >= 0) {
      ours.push(took);
      peers.push(peerTook);
    }
    // A line that grows for ever would measure how a shell draws long lines.
    if (key % 60 === 59) await Promise.all([terminal.say("\u0015", ""), bare.say("\u0015", "")]);
  }
  figure({
    figure: "terminals: key → echo",
    keys,
    p50_ms: round(median(ours)),
    p95_ms: round(quantile(ours, 0.95)),
    bare_p50_ms: round(median(peers)),
    bare_p95_ms: round(quantile(peers, 0.95)),
    goal_p95_ms: 50,
  });
  terminal.close();
  bare.close();
} finally {
  await product.stop();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** A shell on a pseudo terminal of this process: what no terminal over a network can be faster than. */
function openBare() {
  const shell = spawn("bash", ["--noprofile", "--norc", "-i"], { name: "xterm-256color", cols: 80, rows: 24 });
  return {
    say: (data: string, words: string) =>
      new Promise<void>((resolve) => {
        let printed = "";
        const listening = shell.onData((text) => {
          printed += text;
          if (!printed.includes(words)) return;
          listening.dispose();
          resolve();
        });
        shell.write(data);
      }),
    close: () => shell.kill(),
  };
}
