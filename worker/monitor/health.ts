import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";

/** What the monitor saw of providers of models, at hand without a query. */
export interface Health {
  /** Why a model (`provider/model`) cannot be used now, as far as the monitor knows; undefined: nothing speaks against it. */
  whyUnusable(orgId: string, model: string): string | undefined;
  refresh(): Promise<void>;
}

interface Row extends Record<string, unknown> {
  orgId: string;
  provider: string;
  status: string;
  detail: string;
  api: string | null;
  models: string[];
}

const ofRuntime = new WeakMap<object, Health>();

/** The one of a process. */
export function healthOf(runtime: Runtime): Health {
  const health = ofRuntime.get(runtime.db) ?? openHealth(runtime);
  ofRuntime.set(runtime.db, health);
  return health;
}

function openHealth(runtime: Runtime): Health {
  let rows = new Map<string, Row>();
  return {
    whyUnusable(orgId, model) {
      const slash = model.indexOf("/");
      const [provider, name] = [model.slice(0, slash), model.slice(slash + 1)];
      const row = rows.get(`${orgId}|${provider}`);
      if (row?.status === "down") return `${provider} is down: ${row.detail}`;
      const isMissing =
        row?.status === "up" &&
        row.api === "ollama" &&
        !row.models.some((one) => one === name || one === `${name}:latest`);
      return isMissing ? `${provider} has no model ${name}` : undefined;
    },
    async refresh() {
      const found = await inTransaction(
        runtime,
        systemActor("", "monitor"),
        { requestId: newId(), system: true },
        ({ tx }) =>
          tx.execute<Row>(sql`select org_id as "orgId", substr(name, 7) as provider, status, detail, data->>'api' as api,
            coalesce(data->'models', '[]') as models
          from org_resources where name like 'model:%' and checked_at > now() - interval '10 minutes'`),
      );
      rows = new Map(found.map((row) => [`${row.orgId}|${row.provider}`, row]));
    },
  };
}
