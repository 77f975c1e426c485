import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

interface Start {
  url: string;
  /** Each agent gets a folder of its own in it. */
  directory: string;
  say: (line: string) => void;
}

/** Starts one scripted agent as a process of its own. It ends with us, however we end. */
export function startAgent(
  { name, role, key }: { name: string; role: string; key: string },
  { url, directory, say }: Start,
): ChildProcess {
  const script = join(import.meta.dirname, "..", "scripted", `${role === "reviewer" ? "reviewer" : "engineer"}.ts`);
  const child = fork(script, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      PATH: process.env.PATH,
      ENTOURAGE_URL: url,
      ENTOURAGE_KEY: key,
      AGENT_NAME: name,
      AGENT_HOME: join(directory, name),
      NODE_ENV: "production",
    },
  });
  const tell = (data: Buffer) => {
    for (const line of data.toString().split("\n").filter(Boolean)) say(`  ${line}`);
  };
  child.stdout?.on("data", tell);
  child.stderr?.on("data", tell);
  return child;
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Asks a process to end and waits until it has. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}
