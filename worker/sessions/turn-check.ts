import { stripVTControlCharacters } from "node:util";
import type { AgentConnection } from "#server/drivers/driver.ts";
import { newId } from "#server/ids.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";
import { OutputKeeper } from "#server/sandbox/output.ts";
import type { Recorder } from "./recorder.ts";

/** An agent that did not mend it after so many failures does not mend it. Reviewers and the gate still see to it. */
const mostTold = 3;
const checkSeconds = 300;
const outputBytes = 32 * 1024;

interface Turn {
  connection: Pick<AgentConnection, "prompt">;
  boxes: BoxProvider;
  sessionId: string;
  /** The repository's own; empty: nothing is checked. */
  script: string;
  into: Recorder;
  /** Rejects when the turn is cancelled. */
  stopped: Promise<never>;
}

type Said = Parameters<AgentConnection["prompt"]>;

/**
 * One turn with the check of the repository at its end: where files changed and it fails, the agent is told in the same
 * turn, with the end of the output, and goes on. @returns how the agent's last answer ended.
 */
export async function answerAndCheck(turn: Turn, ...[words, attachments]: Said): Promise<{ stopReason: string }> {
  const { connection, script, into } = turn;
  if (script.trim() === "") return connection.prompt(words, attachments);
  let checked = await treeOf(turn);
  let answer = await connection.prompt(words, attachments);
  for (let told = 0; answer.stopReason === "end_turn"; told++) {
    const tree = await treeOf(turn);
    if (tree === checked) return answer;
    checked = tree;
    const problem = await runCheck(turn);
    if (problem === null) return answer;
    if (told === mostTold) {
      into.say({ kind: "error", message: `The check failed ${told + 1} times; the agent was told ${told} times.` });
      return answer;
    }
    into.say({ kind: "user", text: problem, by: "Check after the turn" });
    answer = await connection.prompt(problem, []);
  }
  return answer;
}

/** Adds all there is to an index of its own, so that what the agent staged stays as it is. */
const treeScript = `cd "$(git rev-parse --show-toplevel)" || exit
index=$(mktemp -u) && cp "$(git rev-parse --git-path index)" "$index" 2>/dev/null
GIT_INDEX_FILE=$index git add --all && GIT_INDEX_FILE=$index git write-tree; rm -f "$index"`;

/** What the files are, as git would commit them. Where git does not say, each look is another. */
async function treeOf(turn: Turn): Promise<string> {
  const { output, exitCode } = await runInside(turn, treeScript, 60);
  return exitCode === 0 ? output.trim() : newId();
}

/** @returns what the agent is told; null: it passed. */
async function runCheck(turn: Turn): Promise<string | null> {
  const { into, script } = turn;
  const card = { kind: "tool", id: `check-${newId()}`, title: "Check after the turn", toolKind: "execute" } as const;
  into.say({ ...card, status: "running", input: { command: script } });
  const { output, exitCode, isLate } = await runInside(turn, script, checkSeconds);
  into.say({ ...card, status: exitCode === 0 ? "completed" : "failed", output });
  if (exitCode === 0) return null;
  const how = isLate ? `did not end within ${checkSeconds} seconds` : `failed (exit code ${exitCode ?? "none"})`;
  // Colours are for the card; in words they are noise.
  const plain = stripVTControlCharacters(output);
  return `The check that runs after your turn ${how}:\n\n${script}\n\nThe end of its output:\n\n${plain.slice(-4_000)}\n\nMend what it is about.`;
}

async function runInside({ boxes, sessionId, stopped }: Turn, script: string, seconds: number) {
  const program = await boxes.spawn(sessionId, {
    args: ["/bin/sh", "-c", 'exec 2>&1; exec /bin/sh -c "$1"', "sh", script],
  });
  const kept = new OutputKeeper(outputBytes);
  program.stdin.on("error", () => undefined).end();
  program.stderr?.resume();
  program.stdout.on("data", (chunk: Buffer) => kept.add(chunk));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    program.kill("SIGKILL");
  }, seconds * 1_000);
  try {
    const { exitCode } = await Promise.race([program.exited, stopped]);
    return { output: kept.text(), exitCode, isLate };
  } finally {
    clearTimeout(timer);
    program.kill("SIGKILL");
  }
}
