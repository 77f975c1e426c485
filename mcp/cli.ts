import { object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { run as understand } from "@optique/run";
import { advertise } from "./cli/commands/advertise.ts";
import { grant, lock, pub, request, revoke, sub, unlock, validate } from "./cli/commands/channels.ts";
import { config } from "./cli/commands/config.ts";
import { doctor } from "./cli/commands/doctor.ts";
import { events } from "./cli/commands/events.ts";
import { answer, inbox } from "./cli/commands/inbox.ts";
import { instructionPrompt } from "./cli/commands/instruction-prompt.ts";
import { login, logout, whoami } from "./cli/commands/login.ts";
import { mcp } from "./cli/commands/mcp.ts";
import { run } from "./cli/commands/run.ts";
import { subexec } from "./cli/commands/subexec.ts";
import { claim, listTasks, showTask } from "./cli/commands/tasks.ts";
import { connectionFor } from "./cli/connection.ts";
import { CliFailure, exits } from "./cli/failure.ts";
import { openOutput, plain } from "./cli/output.ts";
import { readSettings } from "./cli/settings.ts";
import { serverInfo } from "./server-info.ts";

// `entourage`: the command line of people and scripts. Data goes to stdout, talk to stderr; secrets are never arguments.
const grammar = object({
  act: or(
    or(login, logout, whoami, listTasks, showTask, claim, inbox, answer, events),
    or(pub, sub, subexec, lock, unlock, grant, revoke, request, advertise, validate),
    or(run, mcp, instructionPrompt, doctor, config),
  ),
  json: withDefault(flag("--json", { description: message`Data as JSON, a value a line.` }), false),
  server: optional(
    option("--server", string({ metavar: "URL" }), { description: message`Another server than the profile's.` }),
  ),
  profile: optional(
    option("--profile", string({ metavar: "NAME" }), { description: message`Another profile than the current one.` }),
  ),
});

const { act, json, server, profile } = understand(grammar, {
  programName: "entourage",
  brief: message`Mission control for teams of AI agents and people.`,
  help: "both",
  version: serverInfo.version,
  completion: "command",
  aboveError: "none",
  errorExitCode: exits.usage,
  usageLine: [{ type: "ellipsis" }],
  colors: process.stdout.isTTY && !process.env.NO_COLOR,
});

const output = openOutput({ json });
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
// A reader that has seen enough (`| head`) ends us; that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  const settings = readSettings();
  const profileName = profile ?? process.env.ENTOURAGE_PROFILE ?? settings.current;
  const found = settings.profiles[profileName];
  const connection = connectionFor(found, { server, signal: stopping.signal });
  await act({ output, connection, settings, profileName, profile: found, signal: stopping.signal });
} catch (error) {
  if (stopping.signal.aborted) process.exitCode = 130;
  else if (error instanceof CliFailure) {
    if (json && error.body) process.stderr.write(`${JSON.stringify(error.body)}\n`);
    else output.talk(`entourage: ${plain(error.message)}`);
    process.exitCode = error.exit;
  } else throw error;
}
