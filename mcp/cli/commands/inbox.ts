import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { z } from "zod";
import { defineCommand } from "../command.ts";
import { type Connection, call } from "../connection.ts";
import { CliFailure, exits } from "../failure.ts";
import { columns, plain } from "../output.ts";

const request = z.looseObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  schema: z.unknown(),
  options: z.array(z.looseObject({ value: z.unknown(), label: z.string() })).nullable(),
  task: z.looseObject({ number: z.int() }).nullable(),
  askedBy: z.looseObject({ name: z.string() }),
  cost: z.looseObject({ words: z.string() }).nullable(),
});
type Request = z.output<typeof request>;

/** Ids begin with the time, so that their ends tell them apart. */
const shortId = ({ id }: Request) => id.slice(-8);

export const inbox = defineCommand(
  "inbox",
  { brief: "List what waits for a person's answer, first what holds up the most." },
  object({}),
  async (_nothing, { connection, output }) => {
    const requests = await pendingAt(connection);
    if (requests.length === 0) return output.talk("Nothing waits for you.");
    for (const each of requests) {
      output.data(each, () => {
        const about = each.task ? `#${each.task.number}` : "";
        const head = [[shortId(each), each.kind, about, each.askedBy.name, each.title]];
        const choices = each.options?.map(({ label }, place) => `${place + 1} ${plain(label)}`).join("   ");
        const rest = [each.cost?.words, choices].filter(Boolean).map((line) => `          ${output.dim(line ?? "")}`);
        return [columns(head), ...rest].join("\n");
      });
    }
  },
);

export const answer = defineCommand(
  "answer",
  {
    brief: "Answer what an agent asked.",
    description: message`The answer is yes or no for an approval, an option's number or label, a text, or JSON where the question asks for more.`,
  },
  object({
    request: argument(string({ metavar: "REQUEST" }), {
      description: message`Its id, or the end of it as inbox shows.`,
    }),
    answer: argument(string({ metavar: "ANSWER" }), { description: message`What you say.` }),
    note: optional(option("--note", string({ metavar: "TEXT" }), { description: message`With a yes or no: why.` })),
  }),
  async ({ request: named, answer: given, note }, { connection, output }) => {
    const found = (await pendingAt(connection)).filter(({ id }) => id === named || id.endsWith(named.toLowerCase()));
    const [only, ...others] = found;
    if (others.length > 0)
      throw new CliFailure(exits.usage, `${named} fits ${found.length} requests. Give more of the id.`);
    if (!only && !z.uuid().safeParse(named).success)
      throw new CliFailure(
        exits.notFound,
        `Nothing that waits for an answer ends in ${plain(named)}. inbox shows what does.`,
      );
    // One that is not open any more is asked for all the same: the server tells who answered it.
    const id = only?.id ?? named;
    const value = only ? valueOf(only, given, note) : given;
    await call(connection, "respond_to_request", { request: id, answer: value }, z.unknown());
    output.data({ request: id, answer: value }, () => `Answered: ${plain(only?.title ?? id)}`);
  },
);

async function pendingAt(connection: Connection): Promise<Request[]> {
  const answered = await call(
    connection,
    "get_pending_requests",
    { limit: 200 },
    z.looseObject({ requests: z.array(request) }),
  );
  return answered.requests;
}

/** What was typed, as the request wants it. */
function valueOf({ kind, options, schema }: Request, given: string, note: string | undefined): unknown {
  if (["approval", "permission", "review"].includes(kind)) {
    const [, yes] = /^(?:(yes|y|approve|1)|no|n|decline|2)$/i.exec(given) ?? [given, null];
    if (yes === null) throw new CliFailure(exits.usage, "Answer yes or no.");
    return { approved: yes !== undefined, ...(note && { note }) };
  }
  if (options) {
    const chosen = options[Number(given) - 1] ?? options.find(({ label, value }) => label === given || value === given);
    if (chosen) return chosen.value;
    const choices = options.map(({ label }, place) => `${place + 1} ${plain(label)}`).join(", ");
    throw new CliFailure(exits.usage, `"${given}" is none of the options: ${choices}.`);
  }
  const isText = z.looseObject({ type: z.literal("string") }).safeParse(schema).success;
  if (isText) return given;
  try {
    return JSON.parse(given);
  } catch {
    throw new CliFailure(exits.usage, `The answer must be JSON for this schema: ${JSON.stringify(schema)}`);
  }
}
