import { sql } from "drizzle-orm";
import type { WebhookProvider } from "#db/enums.ts";
import type { Context } from "../context.ts";
import type { Keyring } from "../keyring.ts";
import { APP_ENDPOINT } from "./queries.ts";
import { openSecret } from "./secrets.ts";

/** An endpoint as the door needs it: whose it is, and what a delivery to it may be signed with. */
export interface Endpoint {
  orgId: string;
  id: string;
  teamId: string;
  provider: WebhookProvider;
  secrets: string[];
}

interface Row extends Record<string, unknown> {
  orgId: string;
  id: string;
  teamId: string;
  provider: WebhookProvider;
  secrets: { id: string; sealed: string }[];
}

/**
 * The endpoints a request may be for; none for an address that is not ours. All GitHub Apps share one address, and a
 * delivery names its App in a header that is not signed: it only chooses which secrets are tried.
 */
export async function findEndpoints(
  { tx }: Context,
  { name, appId, keyring }: { name: string; appId: string | null; keyring: Keyring },
): Promise<Endpoint[]> {
  const isApp = name === APP_ENDPOINT;
  if (!isApp && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name)) return [];
  const ofApp = appId && /^\d{1,15}$/.test(appId) ? sql`a.app_id = ${Number(appId)}` : sql`true`;
  const which = isApp
    ? sql`exists (select 1 from github_apps a where a.org_id = w.org_id and a.id = w.id and a.removed_at is null and ${ofApp})`
    : sql`w.id = ${name}::uuid and not exists (select 1 from github_apps a where a.org_id = w.org_id and a.id = w.id)`;
  const rows = await tx.execute<Row>(sql`select w.org_id as "orgId", w.id, w.team_id as "teamId", w.provider,
      coalesce((select json_agg(json_build_object('id', s.id, 'sealed', s.sealed) order by s.created_at desc) from webhook_secrets s
        where s.org_id = w.org_id and s.webhook_id = w.id and (s.expires_at is null or s.expires_at > now())), '[]') as secrets
    from webhooks w where w.deleted_at is null and ${which} order by w.created_at limit 50`);
  return rows.map(({ secrets, ...endpoint }) => ({
    ...endpoint,
    secrets: secrets.slice(0, 5).map((row) => openSecret(keyring, { orgId: endpoint.orgId, ...row })),
  }));
}
