import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { z } from "zod";
import { type Cli, defineCommand } from "../command.ts";
import { call } from "../connection.ts";
import { event, follow, type LogEvent } from "../following.ts";
import { plain } from "../output.ts";
import { teamOf } from "../team.ts";

const page = z.looseObject({ events: z.array(event), head: z.int() });

export const events = defineCommand(
  "events",
  {
    brief: "Print what happened since a number, and with --follow what happens, one a line.",
    description: message`With --json every line is an event as the log holds it; its seq is what --since takes.`,
  },
  object({
    follow: withDefault(flag("--follow", "-f", { description: message`Stay, and print what happens.` }), false),
    since: optional(
      option("--since", integer({ min: 0, metavar: "SEQ" }), {
        description: message`After this number; 0 for all. Without it: from now on with --follow, the last hundred otherwise.`,
      }),
    ),
    team: optional(
      option("--team", string({ metavar: "TEAM" }), { description: message`Only a team, by name or id.` }),
    ),
    type: multiple(
      option("--type", string({ metavar: "TYPE" }), {
        description: message`Such as task.created or task.*; may be repeated.`,
      }),
    ),
    count: withDefault(
      option("--count", integer({ min: 1, metavar: "COUNT" }), { description: message`End after so many.` }),
      Number.MAX_SAFE_INTEGER,
    ),
  }),
  async (taken, cli) => {
    const teamId = taken.team === undefined ? undefined : await teamOf(cli, taken.team);
    const asked = { teamId, since: taken.since, types: taken.type };
    let left = taken.count;
    for await (const each of taken.follow ? follow(cli, asked) : readOn(cli, asked)) {
      cli.output.data(each, () => lineOf(each));
      if (--left <= 0) return;
    }
  },
);

/** What is there already, page by page to the end. */
async function* readOn(
  { connection }: Cli,
  { teamId, since, types }: Parameters<typeof follow>[1],
): AsyncGenerator<LogEvent> {
  const read = (from: number) =>
    call(connection, "list_events", { since: from, limit: 500, ...(teamId && { teamId }) }, page);
  let from = since ?? Math.max(0, (await read(Number.MAX_SAFE_INTEGER)).head - 100);
  for (;;) {
    const { events: found } = await read(from);
    for (const each of found) if (isAmong(each.type, types)) yield each;
    if (found.length < 500) return;
    from = found.at(-1)?.seq ?? from;
  }
}

const isAmong = (type: string, types: readonly string[]) =>
  types.length === 0 || types.some((one) => (one.endsWith(".*") ? type.startsWith(one.slice(0, -1)) : type === one));

const lineOf = ({ seq, occurredAt, type, taskNumber, actor }: LogEvent) =>
  plain(`${seq}  ${occurredAt}  ${type}${taskNumber === null ? "" : `  #${taskNumber}`}  ${actor.name}`);
