import { sql } from "drizzle-orm";
import { isLocalName } from "../credentials/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { partsOf } from "../models/routing.ts";
import { knowsPrice } from "../prices/service.ts";

/** As many as a person reads. */
const mostNamed = 30;

/**
 * Refuses a model that no session could call: one that its provider did not list and nobody knows a price of, or of a
 * provider without a key where others have one. Whether a key works may change until the next turn, and is told then.
 * @throws AppError invalid, with the models there are.
 */
export async function requireModel(context: Context, model: string): Promise<void> {
  const { tx, actor } = context;
  const { provider, name } = partsOf(model);
  const keys = await tx.execute<{
    provider: string;
    models: string[];
  }>(sql`select provider, models from model_credentials
    where org_id = ${actor.orgId} and removed_at is null and (user_id is null or user_id::text = ${actor.id})
    order by user_id nulls last, provider`);
  const listed = keys.filter((key) => key.provider === provider).flatMap(({ models }) => models);
  if (listed.some((one) => one === name || one === `${name}:latest`)) return;
  const isReached = keys.length === 0 || keys.some((key) => key.provider === provider);
  const isKnown = isReached && (isLocalName(provider) ? listed.length === 0 : await knowsPrice(context, model));
  if (provider !== "" && name !== "" && isKnown) return;
  const models = keys.flatMap((key) => key.models.map((one) => `${key.provider}/${one}`));
  const there =
    models.length > 0
      ? `There are ${[...new Set(models)].slice(0, mostNamed).join(", ")}${models.length > mostNamed ? " and more" : ""}.`
      : "Name it with its provider, such as anthropic/claude-sonnet-5-5.";
  throw new AppError("invalid", `There is no model ${JSON.stringify(model.slice(0, 200))} here. ${there}`);
}
