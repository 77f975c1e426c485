import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { partsOf } from "../models/routing.ts";
import { routingOf } from "../models/service.ts";

/** More are not tried: one that is down is followed by one that is not. */
const mostTried = 3;

/**
 * The models of a team (left out: of any) that run on machines of its own and cost nothing, as `provider/model`: those of the tier `local`
 * first, then those in memory, then any that the monitor saw. Empty: there is none.
 */
export async function localModelsOf(context: Context, teamId: string | undefined): Promise<string[]> {
  const { tx, actor } = context;
  const wanted = teamId ? (await routingOf(context, teamId)).tiers.local : [];
  const servers = await tx.execute<{ provider: string; models: string[] | null; loaded: string[] }>(sql`
    select c.provider, r.data->'models' as models, coalesce(r.data->'loaded', '[]') as loaded from model_credentials c
      left join org_resources r on r.org_id = c.org_id and r.name = 'model:' || c.provider
     where c.org_id = ${actor.orgId} and c.api = 'ollama' and c.user_id is null and c.removed_at is null and c.status = 'working'
       and coalesce(r.status, 'up') <> 'down' order by c.provider`);
  const serverOf = (model: string) => servers.find(({ provider }) => provider === partsOf(model).provider);
  const isThere = (model: string) => {
    const { models } = serverOf(model) ?? { models: [] };
    const { name } = partsOf(model);
    return models === null || models.some((one) => one === name || one === `${name}:latest`);
  };
  const chosen = wanted.filter((model) => serverOf(model) && isThere(model));
  const seen = servers.flatMap(({ provider, models, loaded }) =>
    [...loaded, ...(models ?? [])].map((name) => `${provider}/${name}`),
  );
  return [...new Set([...chosen, ...seen])].slice(0, mostTried);
}
