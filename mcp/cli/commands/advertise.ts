import { object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { z } from "zod";
import { defineCommand } from "../command.ts";
import { call } from "../connection.ts";
import { parseJson, readInput } from "../input.ts";
import { columns, type Output, plain } from "../output.ts";

const channel = argument(string({ metavar: "CHANNEL" }), { description: message`Such as agent.bob.updates.` });
const verbs = or(
  command(
    "set",
    object({
      verb: constant("set"),
      channel,
      description: option("--description", string({ metavar: "TEXT" }), {
        description: message`What is published there and when.`,
      }),
      schema: optional(
        option("--schema", string({ metavar: "FILE" }), {
          description: message`JSON schema of its messages; - for standard input.`,
        }),
      ),
    }),
    { brief: message`Say what a channel of yours is for.` },
  ),
  command(
    "list",
    object({
      verb: constant("list"),
      owner: optional(argument(string({ metavar: "HANDLE" }), { description: message`Of an agent or a person.` })),
    }),
    {
      brief: message`List channels, or those of one agent or person.`,
    },
  ),
  command(
    "search",
    object({
      verb: constant("search"),
      search: argument(string({ metavar: "WORDS" }), { description: message`In name or description.` }),
    }),
    {
      brief: message`Find channels by words in name or description.`,
    },
  ),
  command("show", object({ verb: constant("show"), channel }), { brief: message`Show one channel with its schema.` }),
  command("delete", object({ verb: constant("delete"), channel }), { brief: message`Take the description back.` }),
);

const info = z.looseObject({
  channel: z.string(),
  owner: z.string().nullable(),
  locked: z.boolean(),
  description: z.string().nullable(),
});
type Info = z.output<typeof info>;
const one = z.looseObject({ channel: info.extend({ schema: z.unknown() }) });

export const advertise = defineCommand(
  "advertise",
  { brief: "Describe your channels, and find those of others." },
  map(verbs, (taken) => taken),
  async (taken, { connection, output }) => {
    switch (taken.verb) {
      case "set": {
        const schema = taken.schema ? parseJson(await readInput(taken.schema), taken.schema) : null;
        const input = { channel: taken.channel, description: taken.description, schema };
        const answer = await call(connection, "advertise_channel", input, one);
        return output.data(answer.channel, () => `${taken.channel} is described.`);
      }
      case "delete": {
        const answer = await call(connection, "withdraw_advert", { channel: taken.channel }, z.unknown());
        return output.data(answer, () => `${taken.channel} is no longer described.`);
      }
      case "show": {
        const { channel: shown } = await call(connection, "get_channel", { channel: taken.channel }, one);
        return output.data(shown, () => {
          const schema = shown.schema ? `\n${JSON.stringify(shown.schema, null, 2)}` : "";
          return `${output.bold(plain(shown.channel))}  ${shown.locked ? "locked" : "open"}\n${plain(shown.description ?? "Not described.")}${schema}`;
        });
      }
      case "list":
        return tellPages(taken.owner ? { owner: taken.owner } : {});
      case "search":
        return tellPages({ search: taken.search });
    }

    async function tellPages(filter: object): Promise<void> {
      const page = z.looseObject({ channels: z.array(info), next: z.string().nullable() });
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const answer = await call(connection, "list_channels", { ...filter, ...(cursor && { cursor }) }, page);
        tellEach(answer.channels, output);
        cursor = answer.next;
      }
    }
  },
);

function tellEach(channels: readonly Info[], output: Output): void {
  const rows = columns(
    channels.map((each) => [each.channel, each.locked ? "locked" : "open", each.description ?? ""]),
  ).split("\n");
  for (const [place, each] of channels.entries()) output.data(each, () => rows[place] ?? "");
}
