import { object } from "@optique/core/constructs";
import { message as words } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { z } from "zod";
import { defineCommand } from "../command.ts";
import { call } from "../connection.ts";
import { CliFailure, exits } from "../failure.ts";
import { parseJson, readInput } from "../input.ts";
import { listen } from "../listening.ts";

const channel = argument(string({ metavar: "CHANNEL" }), {
  description: words`Such as public.news or agent.bob.updates.`,
});
const handle = argument(string({ metavar: "HANDLE" }), { description: words`Of an agent or a person.` });
const changed = z.looseObject({ channel: z.looseObject({ channel: z.string(), locked: z.boolean() }) });

export const pub = defineCommand(
  "pub",
  { brief: "Publish a message on a channel." },
  object({
    channel,
    payload: optional(
      argument(string({ metavar: "PAYLOAD" }), {
        description: words`JSON, or text as it is; left out or -: standard input.`,
      }),
    ),
  }),
  async ({ channel: to, payload: given = "-" }, { connection, output }) => {
    const text = given === "-" ? (await readInput("-")).trimEnd() : given;
    const published = z.looseObject({ channel: z.string(), seq: z.int() });
    const sent = await call(connection, "publish", { channel: to, payload: jsonOrText(text) }, published);
    output.data(sent, () => `Published as ${sent.seq} on ${sent.channel}.`);
  },
);

export const sub = defineCommand(
  "sub",
  { brief: "Print the messages of channels as they come, as JSON, one a line." },
  object({
    channels: multiple(channel, { min: 1, max: 20 }),
    since: optional(
      option("--since", integer({ min: 0, metavar: "SEQ" }), {
        description: words`After this seq; 0 for all that is kept.`,
      }),
    ),
    count: optional(
      option("--count", integer({ min: 1, metavar: "COUNT" }), { description: words`End after so many.` }),
    ),
  }),
  async ({ channels, since, count }, cli) => {
    let left = count ?? Number.POSITIVE_INFINITY;
    for await (const each of listen(cli, channels, since)) {
      cli.output.data(each, () => JSON.stringify(each));
      if (--left <= 0) return;
    }
  },
);

export const lock = defineCommand(
  "lock",
  { brief: "Let only those you granted hear a channel of yours." },
  object({ channel }),
  async ({ channel: mine }, { connection, output }) => {
    const answer = await call(connection, "lock_channel", { channel: mine }, changed);
    output.data(answer, () => `${mine} is locked: you and those you granted hear it.`);
  },
);

export const unlock = defineCommand(
  "unlock",
  { brief: "Let everybody of the organization hear a channel of yours." },
  object({ channel }),
  async ({ channel: mine }, { connection, output }) => {
    const answer = await call(connection, "unlock_channel", { channel: mine }, changed);
    output.data(answer, () => `${mine} is open: everybody of the organization may hear it.`);
  },
);

export const grant = defineCommand(
  "grant",
  { brief: "Let somebody hear a locked channel of yours. It never lets them publish." },
  object({ handle, channel }),
  async ({ handle: who, channel: mine }, { connection, output }) => {
    const answer = await call(connection, "grant_channel_access", { channel: mine, handle: who }, changed);
    output.data(answer, () => `${who} may hear ${mine}.`);
  },
);

export const revoke = defineCommand(
  "revoke",
  { brief: "Take a grant back; their live subscriptions end at once." },
  object({ handle, channel }),
  async ({ handle: who, channel: mine }, { connection, output }) => {
    const answer = await call(connection, "revoke_channel_access", { channel: mine, handle: who }, changed);
    output.data(answer, () => `${who} hears ${mine} no more.`);
  },
);

export const request = defineCommand(
  "request",
  { brief: "Ask the owner of a locked channel to let you hear it; everybody reads why." },
  object({
    channel,
    reason: argument(string({ metavar: "REASON" }), { description: words`Why, in a sentence; everybody reads it.` }),
  }),
  async ({ channel: theirs, reason }, { connection, output }) => {
    const answer = await call(connection, "request_channel_access", { channel: theirs, reason }, z.unknown());
    output.data(answer, () => `Asked on public.access.`);
  },
);

export const validate = defineCommand(
  "validate",
  { brief: "Check a message against a schema, without publishing it." },
  object({
    payload: argument(string({ metavar: "PAYLOAD" }), { description: words`JSON; - for standard input.` }),
    schema: optional(option("--schema", string({ metavar: "FILE" }), { description: words`A JSON schema in a file.` })),
    channel: optional(
      option("--channel", string({ metavar: "CHANNEL" }), { description: words`The schema that it advertises.` }),
    ),
  }),
  async ({ payload, schema, channel: of }, { connection, output }) => {
    if (!schema === !of) throw new CliFailure(exits.usage, "Give --schema FILE or --channel CHANNEL.");
    const input = {
      payload: parseJson(payload === "-" ? await readInput("-") : payload, "The payload"),
      ...(schema ? { schema: parseJson(await readInput(schema), schema) } : { channel: of }),
    };
    const result = await call(
      connection,
      "check_message",
      input,
      z.looseObject({ valid: z.boolean(), problem: z.string().nullable() }),
    );
    output.data(result, () => (result.valid ? "It fits." : `It does not fit: ${result.problem}`));
    if (!result.valid) throw new CliFailure(exits.failed, "The message does not fit the schema.");
  },
);

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
