import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { githubAppEvents } from "./events.ts";

export const githubAppProjections: Projections<typeof githubAppEvents> = {
  "github_app.created": (tx, events) =>
    tx.execute(sql`insert into github_apps (org_id, id, app_id, slug, name, url, owner, client_id, created_at)
      select e.org_id, e.subject_id, (e.data->>'appId')::bigint, e.data->>'slug', e.data->>'name', e.data->>'url',
        e.data->>'owner', e.data->>'clientId', e.at from ${events}`),
  "github_app.removed": (tx, events) =>
    tx.execute(
      sql`update github_apps a set removed_at = e.at from ${events} where a.org_id = e.org_id and a.id = e.subject_id`,
    ),
  "github_app.installation_changed": async (tx, events) => {
    await tx.execute(sql`insert into github_installations as i (org_id, app_id, installation_id, account, status, created_at, updated_at)
      select e.org_id, e.subject_id, (e.data->>'installationId')::bigint, e.data->>'account', e.data->>'status', e.at, e.at
        from ${events}
      on conflict (org_id, app_id, installation_id) do update set status = excluded.status, updated_at = excluded.updated_at,
        account = coalesce(nullif(excluded.account, ''), i.account)`);
    await tx.execute(sql`delete from github_installation_repos r using ${events} where e.data->>'status' = 'removed'
      and r.org_id = e.org_id and r.app_id = e.subject_id and r.installation_id = (e.data->>'installationId')::bigint`);
  },
  "github_app.repositories_changed": async (tx, events) => {
    await tx.execute(sql`insert into github_installation_repos (org_id, app_id, installation_id, repository_id, full_name)
      select e.org_id, e.subject_id, (e.data->>'installationId')::bigint, (r->>'id')::bigint, r->>'fullName'
        from ${events}, jsonb_array_elements(e.data->'added') as r
      on conflict (org_id, app_id, installation_id, repository_id) do update set full_name = excluded.full_name`);
    await tx.execute(sql`delete from github_installation_repos r using ${events}, jsonb_array_elements_text(e.data->'removed') as gone
      where r.org_id = e.org_id and r.app_id = e.subject_id and r.installation_id = (e.data->>'installationId')::bigint
        and r.repository_id = gone::bigint`);
  },
};
