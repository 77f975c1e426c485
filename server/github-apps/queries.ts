import { type SQL, sql } from "drizzle-orm";
import ipaddr from "ipaddr.js";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { GithubApp } from "./schema.ts";

/** The organization's Apps with where they are installed. */
export async function listGithubApps(context: Context) {
  const { githubUrl, publicUrl } = context.settings;
  return { githubApps: await readApps(context, sql`true`), githubUrl, isReachable: isReachable(publicUrl) };
}

/** One App. @throws AppError not_found, the same for missing, removed and foreign. */
export async function findGithubApp(context: Context, githubAppId: string): Promise<GithubApp> {
  const [app] = await readApps(context, sql`a.id = ${githubAppId}`);
  if (!app)
    throw new AppError(
      "not_found",
      `There is no GitHub App ${githubAppId} here. list_github_apps shows the ones there are.`,
    );
  return app;
}

async function readApps({ tx, actor }: Context, where: SQL): Promise<GithubApp[]> {
  const repos = sql`from github_installation_repos r where r.org_id = i.org_id and r.app_id = i.app_id and r.installation_id = i.installation_id`;
  const rows = await tx.execute<
    Omit<GithubApp, "installUrl"> & Record<string, unknown>
  >(sql`select a.id, a.app_id::float8 as "appId", a.name, a.slug, a.url, a.owner,
      w.team_id as "teamId", ${isoTime(sql`a.created_at`)} as "createdAt",
      coalesce((select json_agg(json_build_object('installationId', i.installation_id, 'account', i.account, 'status', i.status,
        'repositories', array(select r.full_name ${repos} order by lower(r.full_name) limit 100),
        'repositoryCount', (select count(*)::int ${repos}), 'updatedAt', ${isoTime(sql`i.updated_at`)}) order by lower(i.account), i.installation_id)
        from github_installations i where i.org_id = a.org_id and i.app_id = a.id), '[]') as installations
    from github_apps a join webhooks w on w.org_id = a.org_id and w.id = a.id
    where a.org_id = ${actor.orgId} and a.removed_at is null and ${where} order by a.created_at, a.id limit 100`);
  return rows.map((row) => ({ ...row, installUrl: `${row.url}/installations/new` }));
}

/** Whether an address can be one that GitHub sends to. */
function isReachable(publicUrl: string): boolean {
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
  if (!ipaddr.isValid(host)) return host.includes(".") && !host.endsWith(".local") && !host.endsWith(".localhost");
  return ipaddr.process(host).range() === "unicast";
}
