import { run as understand } from "@optique/run";
import { connectionFor } from "./cli/connection.ts";
import { CliFailure, exits } from "./cli/failure.ts";
import { brief, footer, grammar } from "./cli/grammar.ts";
import { openOutput, plain } from "./cli/output.ts";
import { readSettings } from "./cli/settings.ts";
import { serverInfo } from "./version.ts";

// `entourage`: the command line of people and scripts. Data goes to stdout, talk to stderr; secrets are never arguments.
const { act, json, server, profile } = understand(grammar, {
  programName: "entourage",
  brief,
  help: "both",
  version: serverInfo.version,
  completion: "command",
  aboveError: "none",
  errorExitCode: exits.usage,
  footer,
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
