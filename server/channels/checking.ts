import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findChannel } from "./finding.ts";
import { type JsonSchema, problemOf, vetSchema } from "../json-schema.ts";
import { takeTurn } from "./publishing.ts";
import type { checked, checkInput } from "./schema.ts";

type Checked = z.output<typeof checked>;
interface Found {
  schema: JsonSchema | null;
  isTheirs: boolean;
}

/**
 * The schema a message is to be checked against: the channel's, or the one that was sent along, which counts as a message
 * of theirs, since reading it costs more than one.
 * @throws AppError invalid when neither or both are named, rate_limited.
 */
export async function findSchema(
  context: Context,
  { channel, schema }: Pick<z.output<typeof checkInput>, "channel" | "schema">,
): Promise<Found> {
  if ((channel === undefined) === (schema === undefined)) {
    throw new AppError("invalid", "Name the channel whose schema is meant, or send a schema: one of the two.");
  }
  if (channel !== undefined) return { schema: (await findChannel(context, channel)).schema, isTheirs: false };
  await takeTurn(context);
  return { schema: schema ?? null, isTheirs: true };
}

/** @throws AppError invalid for a schema of theirs that cannot be used. */
export function checkMessage({ schema, isTheirs }: Found, payload: unknown): Checked {
  if (isTheirs) vetSchema(schema);
  const problem = schema ? problemOf(schema, payload) : undefined;
  return { valid: problem === undefined, problem: problem ?? null };
}
