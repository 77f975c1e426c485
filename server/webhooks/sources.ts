import { and, eq, isNull } from "drizzle-orm";
import { repos } from "#db/schema/repos.ts";
import { repoFetches } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import type { WebhookRow } from "./finding.ts";

type RepoRow = typeof repos.$inferSelect;

/** The repository of the endpoint, or the one of its team whose source is the repository at the provider. */
export async function repoOf(
  { tx, actor }: Context,
  webhook: WebhookRow,
  webUrl: string | null,
): Promise<RepoRow | undefined> {
  const ofTeam = and(eq(repos.orgId, actor.orgId), eq(repos.teamId, webhook.teamId), isNull(repos.archivedAt));
  if (webhook.repoId) {
    const [chosen] = await tx
      .select()
      .from(repos)
      .where(and(ofTeam, eq(repos.id, webhook.repoId)));
    return chosen;
  }
  const wanted = webUrl && placeOf(webUrl);
  if (!wanted) return undefined;
  const candidates = await tx
    .select()
    .from(repos)
    .where(and(ofTeam, eq(repos.source, "url")));
  return candidates.find(({ sourceUrl }) => sourceUrl !== null && placeOf(sourceUrl) === wanted);
}

/** Has the worker fetch a repository from its source; asked for often, it is fetched once. */
export async function requestFetch({ tx, actor, now }: Context, repoId: string): Promise<void> {
  await tx
    .insert(repoFetches)
    .values({ orgId: actor.orgId, repoId, requestedAt: now })
    .onConflictDoUpdate({ target: [repoFetches.orgId, repoFetches.repoId], set: { requestedAt: now } });
}

/** Host and path, as they are the same for a page and a clone URL. */
function placeOf(address: string): string | null {
  const url = URL.parse(address);
  return url && `${url.host}${url.pathname.replace(/\/+$/, "").replace(/\.git$/, "")}`.toLowerCase();
}
