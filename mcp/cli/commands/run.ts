import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { z } from "zod";
import { defineCommand } from "../command.ts";
import { type Connection, call, send, unreachable } from "../connection.ts";
import { CliFailure, exits } from "../failure.ts";
import { parseJson, readInput } from "../input.ts";
import { columns } from "../output.ts";

const described = z.looseObject({ paths: z.record(z.string(), z.unknown()) });
const path = z.looseObject({
  post: z.looseObject({
    summary: z.string(),
    requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }).optional(),
  }),
});

export const run = defineCommand(
  "run",
  {
    brief: "Run any operation there is; without a name, list them.",
    description: message`Fields are given as NAME=TEXT or NAME:=JSON, or all at once as JSON with --input.`,
  },
  object({
    operation: optional(argument(string({ metavar: "OPERATION" }), { description: message`Such as create_task.` })),
    fields: multiple(argument(string({ metavar: "NAME=VALUE" }), { description: message`NAME=TEXT or NAME:=JSON.` })),
    input: optional(
      option("--input", string({ metavar: "FILE" }), {
        description: message`The whole input as JSON; - for standard input.`,
      }),
    ),
    describe: withDefault(
      flag("--describe", { description: message`Show what it takes, as a JSON schema, and do nothing.` }),
      false,
    ),
  }),
  async ({ operation, fields, input, describe }, { connection, output }) => {
    if (!operation) {
      const all = Object.entries(await operationsAt(connection)).map(([name, { summary }]) => ({ name, summary }));
      const rows = columns(all.map(({ name, summary }) => [name, summary])).split("\n");
      for (const [place, each] of all.entries()) output.data(each, () => rows[place] ?? "");
      return;
    }
    if (describe) {
      const found = (await operationsAt(connection))[operation];
      if (!found)
        throw new CliFailure(exits.notFound, `There is no operation ${operation}. \`entourage run\` lists them.`);
      return output.data(
        { name: operation, ...found },
        () => `${found.summary}\n${JSON.stringify(found.input, null, 2)}`,
      );
    }
    const given = input ? parseJson(await readInput(input), input) : {};
    if (typeof given !== "object" || given === null || Array.isArray(given))
      throw new CliFailure(exits.usage, "The input must be a JSON object.");
    const result = await call(
      connection,
      operation,
      { ...given, ...Object.fromEntries(fields.map(fieldOf)) },
      z.unknown(),
    );
    output.data(result, () => JSON.stringify(result, null, 2));
  },
);

/** The operations of a server by name, as its OpenAPI document tells them. */
async function operationsAt(connection: Connection) {
  const response = await send(`${connection.server}/api/openapi.json`, {}, connection);
  if (!response?.ok) throw unreachable(connection);
  const { paths } = described.parse(await response.json());
  // Only operations stand directly below the root; what else there is (signing in) has a way of its own.
  const own = Object.entries(paths).filter(([name]) => /^\/\w+$/.test(name));
  return Object.fromEntries(
    own.map(([name, told]) => {
      const { post } = path.parse(told);
      const input = post.requestBody?.content["application/json"]?.schema ?? {};
      return [name.slice(1), { summary: post.summary, input }];
    }),
  );
}

function fieldOf(text: string): [string, unknown] {
  const [, name = "", json, value = ""] = /^([A-Za-z]\w*)(:?)=(.*)$/s.exec(text) ?? [];
  if (!name) throw new CliFailure(exits.usage, `"${text}" is no field. Give NAME=TEXT or NAME:=JSON.`);
  return [name, json ? parseJson(value, name) : value];
}
