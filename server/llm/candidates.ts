import { sql } from "drizzle-orm";
import type { CredentialForm, CredentialStatus, ModelApi } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { partsOf } from "../models/routing.ts";
import { choosePrices, type Price, selectOwnPrices } from "../prices/service.ts";

/** A model that work may go to, with all that a call of it needs, or why it cannot be called now. */
export interface Candidate {
  /** `provider/model`. */
  model: string;
  price: Price | null;
  credential: Credential | null;
  /** Null: it can be called. */
  why: string | null;
  /** When it may be tried again by itself; null: not without people. ISO. */
  retryAt: string | null;
  /** Its provider does not answer, as the monitor saw: it is tried again when the monitor sees otherwise. */
  isDown: boolean;
}

export interface Credential {
  id: string;
  orgId: string;
  provider: string;
  api: ModelApi;
  baseUrl: string;
  sealed: string | null;
  /** Whose own it is; null: the organization's. */
  userId: string | null;
  /** When it was last saved, or found to be refused. ISO. */
  changedAt: string;
  /** A key that was typed, or the token of a sign-in, which goes as a bearer and has an end. */
  form: CredentialForm;
}

interface Row extends Credential, Record<string, unknown> {
  status: CredentialStatus;
  problem: string | null;
  goneModels: Record<string, string>;
  pausedUntil: string | null;
  pauseReason: string | null;
  /** What the monitor found since the key was saved, when it is down. */
  down: string | null;
  /** The models of a server of one's own, as the monitor saw them last; null where it does not know. */
  present: string[] | null;
}

/**
 * What is known of these models, in their order: credentials and prices in one query, since each call of a model asks it.
 * `payer`: a person whose own key goes before the organization's, also when it does not work: they chose who pays.
 */
export async function candidatesOf(
  context: Context,
  models: readonly string[],
  payer: string | null = null,
): Promise<Candidate[]> {
  const { tx, actor, now } = context;
  const providers = [...new Set(models.map((model) => partsOf(model).provider))];
  const [found] = await tx.execute<{ rows: Row[]; own: Price[] }>(sql`select
    (select coalesce(json_agg(o), '[]') from (${selectOwnPrices(context, models)}) o) as own,
    (select coalesce(json_agg(k), '[]') from (select c.id, c.org_id as "orgId", c.provider, c.api, c.base_url as "baseUrl", c.status, c.problem,
      c.gone_models as "goneModels", c.user_id as "userId", c.form, ${isoTime(sql`c.updated_at`)} as "changedAt", s.sealed, case when p.paused_until > ${now.toISOString()}::timestamptz then ${isoTime(sql`p.paused_until`)} end as "pausedUntil",
      p.reason as "pauseReason", case when r.status = 'down' and r.checked_at >= c.updated_at then r.detail end as down,
      case when r.status = 'up' and c.api = 'ollama' and r.checked_at > greatest(c.updated_at, ${now.toISOString()}::timestamptz - interval '10 minutes')
        then r.data->'models' end as present
    from model_credentials c left join org_resources r on r.org_id = c.org_id and c.user_id is null and r.name = 'model:' || c.provider
    left join model_credential_secrets s on s.org_id = c.org_id and s.credential_id = c.id
    left join provider_pauses p on p.org_id = c.org_id and p.credential_id = c.id
    where c.org_id = ${actor.orgId} and c.removed_at is null and (c.user_id is null or c.user_id = ${payer}::uuid)
      and c.provider in (select jsonb_array_elements_text(${JSON.stringify(providers)}::text::jsonb))
    order by c.user_id nulls last) k) as rows`);
  const { rows, own } = found ?? { rows: [], own: [] };
  const prices = choosePrices(models, own);
  return models.map((model) => {
    const { provider, name } = partsOf(model);
    const row = rows.find((one) => one.provider === provider);
    const price = prices.get(model) ?? null;
    const why = !row
      ? `${provider || model} has no key here`
      : (stateOf(row, name) ?? (price ? null : "nobody knows its price"));
    return {
      model,
      price,
      credential: row ?? null,
      why,
      retryAt: row?.pausedUntil ?? null,
      isDown: (row?.down ?? null) !== null,
    };
  });
}

function stateOf(row: Row, name: string): string | null {
  if (row.status === "refused")
    return row.userId === null
      ? `${row.provider} refuses the key: ${row.problem ?? ""}`
      : `${row.provider} refuses your own ${row.form === "key" ? "key" : "sign-in"} (${row.problem ?? ""}): ${row.form === "key" ? "save it anew" : "sign in again"} in the settings, or remove it and the organization's key is used`;
  const gone = row.goneModels[name];
  if (gone !== undefined) return `${row.provider} does not know it: ${gone}`;
  if (row.down !== null) return `${row.provider} is down: ${row.down}`;
  if (row.present && !row.present.some((one) => one === name || one === `${name}:latest`))
    return `${row.provider} has no model ${name}`;
  return row.pausedUntil ? `${row.provider} is left alone until ${row.pausedUntil}: ${row.pauseReason ?? ""}` : null;
}
