import { object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { advertise } from "./commands/advertise.ts";
import { grant, lock, pub, request, revoke, sub, unlock, validate } from "./commands/channels.ts";
import { config } from "./commands/config.ts";
import { doctor } from "./commands/doctor.ts";
import { events } from "./commands/events.ts";
import { answer, inbox } from "./commands/inbox.ts";
import { instructionPrompt } from "./commands/instruction-prompt.ts";
import { login, logout, verify, whoami } from "./commands/login.ts";
import { mcp } from "./commands/mcp.ts";
import { run } from "./commands/run.ts";
import { subexec } from "./commands/subexec.ts";
import { claim, listTasks, showTask } from "./commands/tasks.ts";

/** What one can type: the commands in the order of the help, and what all of them take. */
export const grammar = object({
  act: or(
    or(login, verify, logout, whoami, listTasks, showTask, claim, inbox, answer, events),
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

/** What stands around every page of help. */
export const brief = message`Mission control for teams of AI agents and people.`;
export const footer = message`Exit codes: 0 done, 1 failed, 2 wrong input, 3 not allowed, 4 not found, 5 conflict, 75 try again later. Data is on standard output, talk on standard error.`;
