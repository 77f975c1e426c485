import { sql } from "drizzle-orm";
import { isLocalName } from "../credentials/service.ts";
import type { Context } from "../context.ts";
import type { AgentKind } from "../drivers/kinds.ts";
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

/** As `model_credentials.api` names the forms of model API that an agent speaks. */
const apisOf = ({ apis }: AgentKind): readonly string[] =>
  apis.flatMap((api) => (api === "anthropic" ? ["anthropic"] : ["openai_compatible", "ollama"]));

/**
 * The first of these models that an agent of this kind can speak to, by a key that works: the organization's, or one of
 * `payer`'s own. @throws AppError unavailable, naming the keys there are and what is missing
 */
export async function reachable(
  { tx, actor }: Context,
  kind: AgentKind,
  models: readonly string[],
  payer: string | null = null,
): Promise<string> {
  const keys = await tx.execute<{ provider: string; api: string }>(sql`select provider, api from model_credentials
    where org_id = ${actor.orgId} and (user_id is null or user_id = ${payer}::uuid) and removed_at is null and status = 'working'
    order by provider`);
  const apis = apisOf(kind);
  const found = models.find((model) =>
    keys.some(({ provider, api }) => provider === partsOf(model).provider && apis.includes(api)),
  );
  if (found) return found;
  const forms = kind.apis.map((api) => (api === "anthropic" ? "Anthropic's" : "OpenAI's")).join(" or ");
  const there = [...new Set(keys.map(({ provider }) => provider))].join(", ");
  throw new AppError(
    "unavailable",
    `No model can be called: ${kind.name} speaks to models in ${forms} form of API, and of those for this work (${models.join(", ") || "none is routed"}) none has a key that works here. ${there ? `There are keys for ${there}.` : "There is no key that works."} Owners and admins add keys and routes under Settings → Models.`,
  );
}

/** Whether anybody has saved a key that could pay, working or not. */
export async function hasKeys({ tx, actor }: Context, payer: string | null): Promise<boolean> {
  const [key] = await tx.execute(sql`select 1 from model_credentials
    where org_id = ${actor.orgId} and (user_id is null or user_id = ${payer}::uuid) and removed_at is null limit 1`);
  return key !== undefined;
}
