import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { CliFailure, exits } from "./failure.ts";

/** Everything that comes in by a pipe. */
export const readAll = (stdin: NodeJS.ReadStream = process.stdin): Promise<string> => text(stdin);

/** Asks a person for a secret without showing it. @throws CliFailure where nobody is there to ask. */
export async function askSecret(question: string, stdin: NodeJS.ReadStream = process.stdin): Promise<string> {
  if (!stdin.isTTY)
    throw new CliFailure(
      exits.usage,
      "There is no terminal to ask at. Send it by a pipe: `entourage login --with-token < FILE`.",
    );
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return await line.question("");
  } finally {
    line.close();
    process.stderr.write("\n");
  }
}
