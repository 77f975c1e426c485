import { spawn } from "node:child_process";
import { object } from "@optique/core/constructs";
import { message as words } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { defineCommand } from "../command.ts";
import { CliFailure, exits } from "../failure.ts";
import { listen, type Message } from "../listening.ts";

/** A command started for messages, and what it is given on its standard input. */
type Batch = { batch: true; count: number; messages: Message[]; timestamp: string };

export const subexec = defineCommand(
  "subexec",
  {
    brief: "Run a command for every message of channels, or for every batch of them.",
    description: words`entourage subexec public.news -- ./react. The message is JSON on the command's standard input, and its channel in ENTOURAGE_CHANNEL.`,
  },
  object({
    channels: argument(string({ metavar: "CHANNELS" }), { description: words`One, or several with commas between.` }),
    command: multiple(
      argument(string({ metavar: "COMMAND" }), { description: words`What to run, after --, with its arguments.` }),
      { min: 1 },
    ),
    buffer: optional(
      option("--buffer", integer({ min: 1, max: 1000, metavar: "COUNT" }), {
        description: words`Collect so many messages for one run.`,
      }),
    ),
    timeout: optional(
      option("--timeout", integer({ min: 1, metavar: "MS" }), {
        description: words`Run after so many milliseconds with what was collected.`,
      }),
    ),
    since: optional(
      option("--since", integer({ min: 0, metavar: "SEQ" }), {
        description: words`After this seq; 0 for all that is kept.`,
      }),
    ),
    count: withDefault(
      option("--count", integer({ min: 1, metavar: "COUNT" }), { description: words`End after so many messages.` }),
      Number.MAX_SAFE_INTEGER,
    ),
  }),
  async ({ channels, command, buffer, timeout, since, count }, cli) => {
    const inBatches = buffer !== undefined || timeout !== undefined;
    let held: Message[] = [];
    let timer: NodeJS.Timeout | undefined;
    // One run after the other, in the order of the messages; a run that fails is told and does not end the listening.
    let runs = Promise.resolve();
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      const messages = held;
      held = [];
      if (messages.length === 0) return;
      const batch: Batch = { batch: true, count: messages.length, messages, timestamp: new Date().toISOString() };
      runs = runs.then(() => runFor(batch, messages[0]?.channel ?? ""));
      runs.catch(() => {}); // A command that cannot be run is told with the next message, or at the end.
    };
    const runFor = async (input: Batch | Message, channel: string) => {
      const code = await execute(command, JSON.stringify(input), channel, cli.signal);
      if (code !== 0) cli.output.talk(`${command[0]} ended with ${code ?? "a signal"}.`);
    };
    let left = count;
    for await (const message of listen(cli, channels.split(","), since)) {
      if (!inBatches) runs = runs.then(() => runFor(message, message.channel));
      else if (held.push(message) >= (buffer ?? Number.POSITIVE_INFINITY)) flush();
      else if (timeout !== undefined) timer ??= setTimeout(flush, timeout);
      // Listening goes no faster than the command: what waits, waits at the server.
      if (held.length === 0) await runs;
      if (--left <= 0) break;
    }
    flush();
    await runs;
  },
);

function execute(
  command: readonly string[],
  input: string,
  channel: string,
  signal: AbortSignal,
): Promise<number | null> {
  const [file = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ENTOURAGE_CHANNEL: channel };
    const child = spawn(file, args, { env, stdio: ["pipe", "inherit", "inherit"], signal });
    child.on("error", (error) => reject(new CliFailure(exits.failed, `${file} cannot be run: ${error.message}`)));
    child.on("close", resolve);
    child.stdin.on("error", () => {}); // A command that does not read its input is no fault.
    child.stdin.end(`${input}\n`);
  });
}
