import { text } from "node:stream/consumers";
import { AppError } from "#server/errors.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";

interface Attached {
  name: string;
  data: Buffer;
}

/** Makes the folder and the file, over nothing that is there; says where it is. From inside: what lies there may be a link. */
const script = 'umask 077; mkdir -p "$HOME/attachments" && cd "$HOME/attachments" && cat > "$1" && pwd';

/**
 * Puts what was added to a message into the session's sandbox, where the agent's own tools read it.
 * @returns what the agent is told of it; empty: there is nothing. @throws AppError unavailable in words
 */
export async function placeFiles(box: BoxProvider, id: string, attached: readonly Attached[]): Promise<string> {
  const paths: string[] = [];
  for (const { name, data } of attached) {
    const own = freeName(name, paths);
    const writing = await box.spawn(id, { args: ["/bin/sh", "-c", script, "sh", own] });
    // A program that ended early takes nothing more: its exit says so.
    writing.stdin.on("error", () => undefined).end(data);
    const [folder, problem, { exitCode }] = await Promise.all([
      text(writing.stdout),
      writing.stderr ? text(writing.stderr) : "",
      writing.exited,
    ]);
    if (exitCode !== 0) throw new AppError("unavailable", `${name} could not be brought: ${problem.slice(0, 300)}`);
    paths.push(`${folder.trim()}/${own}`);
  }
  return paths.length === 0 ? "" : `\n\nFiles that were added to this:\n${paths.join("\n")}`;
}

/** A name that no shell or tool stumbles over, other than those before it. */
function freeName(name: string, taken: readonly string[]): string {
  const plain = name
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^[.-]+/, "_")
    .slice(-100);
  const isTaken = (one: string) => taken.some((path) => path.endsWith(`/${one}`));
  for (let number = 1; ; number++) {
    const one = number === 1 ? plain : `${number}-${plain}`;
    if (!isTaken(one)) return one;
  }
}
