import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { organizations } from "#db/schema/organizations.ts";
import { githubAppRequests, githubApps, githubAppSecrets } from "#db/schema/webhooks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { type AppConversion, writeManifest } from "../github/app-manifest.ts";
import { newId } from "../ids.ts";
import { encryptSecret, openSecrets } from "../keyring.ts";
import { findTeam } from "../teams/finding.ts";
import { deleteWebhook, openWebhook } from "../webhooks/service.ts";
import { findGithubApp } from "./queries.ts";
import type { startGithubAppInput } from "./schema.ts";

const hour = 3_600_000;

/** Prepares a form by which a person's browser makes an App at GitHub; what comes back is believed once, within the hour, from them. */
export async function startGithubApp(context: Context, { teamId, owner, label }: z.output<typeof startGithubAppInput>) {
  const { tx, actor, settings, now } = context;
  if (actor.kind !== "user") throw new AppError("forbidden", "A GitHub App is made by a person, in a browser.");
  const team = await findTeam(context, teamId);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no tasks.`);
  const slug = await slugOf(context);
  const state = randomBytes(32).toString("base64url");
  const expiresAt = new Date(now.getTime() + hour);
  await tx.insert(githubAppRequests).values({
    ...{ orgId: actor.orgId, stateHash: hashOf(state), userId: actor.id, teamId, label, createdAt: now, expiresAt },
  });
  const path = owner ? `/organizations/${owner}/settings/apps/new` : "/settings/apps/new";
  const { publicUrl, githubUrl } = settings;
  const manifest = writeManifest({
    // GitHub's names are unique over all of GitHub and have 34 characters.
    name: `Entourage ${slug} ${randomBytes(2).toString("hex")}`.slice(-34),
    publicUrl,
    webhookUrl: `${publicUrl}/webhooks/github-app/receive`,
    callbackUrl: `${publicUrl}/webhooks/github-app/callback`,
    setupUrl: `${publicUrl}/o/${slug}/settings/webhooks`,
  });
  return { action: `${githubUrl}${path}?state=${state}`, manifest, expiresAt: expiresAt.toISOString() };
}

export interface AppRequest {
  orgId: string;
  userId: string;
  slug: string;
}

/** Who went to GitHub with this state; over all organizations, as the system. Undefined for one that is none of ours. */
export async function findRequest({ tx }: Context, state: string): Promise<AppRequest | undefined> {
  const [found] = await tx
    .select({ orgId: githubAppRequests.orgId, userId: githubAppRequests.userId, slug: organizations.slug })
    .from(githubAppRequests)
    .innerJoin(organizations, eq(organizations.orgId, githubAppRequests.orgId))
    .where(eq(githubAppRequests.stateHash, hashOf(state)));
  return found;
}

/** Uses a state up. @throws AppError conflict for one that was used or is too old. */
export async function takeRequest({ tx, actor, now }: Context, state: string) {
  const isTheirs = and(eq(githubAppRequests.orgId, actor.orgId), eq(githubAppRequests.userId, actor.id));
  const isGood = and(isNull(githubAppRequests.usedAt), gt(githubAppRequests.expiresAt, now));
  const [taken] = await tx
    .update(githubAppRequests)
    .set({ usedAt: now })
    .where(and(isTheirs, eq(githubAppRequests.stateHash, hashOf(state)), isGood))
    .returning({ teamId: githubAppRequests.teamId, label: githubAppRequests.label });
  if (!taken)
    throw new AppError(
      "conflict",
      "This way back from GitHub was used already or is more than an hour old. Make the App again.",
    );
  return taken;
}

/** Takes an App over that GitHub just made: its secrets are sealed, its endpoint is open. @returns its id. */
export async function keepGithubApp(
  context: Context,
  { teamId, label }: { teamId: string; label: string | null },
  app: AppConversion,
): Promise<string> {
  const { tx, actor, settings } = context;
  const id = newId();
  await openWebhook(context, {
    id,
    teamId,
    label,
    provider: "github",
    name: app.name,
    repoId: null,
    events: [],
    secret: app.webhook_secret,
  });
  await record(context, "github_app.created", [
    {
      subject: id,
      team: teamId,
      data: {
        appId: app.id,
        slug: app.slug,
        name: app.name,
        url: app.html_url,
        owner: app.owner.login,
        clientId: app.client_id,
      },
    },
  ]);
  const { keyring } = openSecrets(settings.dataDir);
  for (const [name, secret] of [
    ["pem", app.pem],
    ["client_secret", app.client_secret],
  ] as const) {
    const place = { orgId: actor.orgId, table: "github_app_secrets", rowId: id, column: name };
    await tx
      .insert(githubAppSecrets)
      .values({ orgId: actor.orgId, appId: id, name, sealed: encryptSecret(keyring, secret, place) });
  }
  return id;
}

/** Forgets an App: its secrets are gone, its deliveries are refused. At GitHub it stays until it is deleted there. */
export async function removeGithubApp(context: Context, githubAppId: string): Promise<void> {
  const { tx, actor } = context;
  const { id, teamId } = await findGithubApp(context, githubAppId);
  await tx.delete(githubAppSecrets).where(and(eq(githubAppSecrets.orgId, actor.orgId), eq(githubAppSecrets.appId, id)));
  await record(context, "github_app.removed", [{ subject: id, team: teamId, data: {} }]);
  await deleteWebhook(context, id);
}

export interface Installed {
  installationId: number;
  account: string;
  status: "active" | "suspended" | "removed";
  repos: { id: number; fullName: string }[];
}

/** Writes down where an App is installed. @returns false when the endpoint is of no App. */
export async function recordInstallation(
  context: Context,
  webhook: { id: string; teamId: string },
  { repos, ...installed }: Installed,
): Promise<boolean> {
  if (!(await isApp(context, webhook.id))) return false;
  const about = { subject: webhook.id, team: webhook.teamId };
  await record(context, "github_app.installation_changed", [{ ...about, data: installed }]);
  if (installed.status === "active" && repos.length > 0) {
    const data = { installationId: installed.installationId, added: uniqueById(repos), removed: [] };
    await record(context, "github_app.repositories_changed", [{ ...about, data }]);
  }
  return true;
}

export interface RepositoriesChange {
  installationId: number;
  account: string;
  added: { id: number; fullName: string }[];
  removed: number[];
}

/** Follows which repositories an installation reaches; news of one we have not heard of makes it known. */
export async function changeInstallationRepos(
  context: Context,
  webhook: { id: string; teamId: string },
  { account, ...change }: RepositoriesChange,
): Promise<boolean> {
  const { tx, actor } = context;
  if (!(await isApp(context, webhook.id))) return false;
  const about = { subject: webhook.id, team: webhook.teamId };
  const { installationId } = change;
  const known =
    await tx.execute(sql`select 1 from github_installations where org_id = ${actor.orgId} and app_id = ${webhook.id}
    and installation_id = ${installationId}`);
  if (known.length === 0) {
    const data = { installationId, account, status: "active" } as const;
    await record(context, "github_app.installation_changed", [{ ...about, data }]);
  }
  const data = { ...change, added: uniqueById(change.added) };
  await record(context, "github_app.repositories_changed", [{ ...about, data }]);
  return true;
}

async function isApp({ tx, actor }: Context, id: string): Promise<boolean> {
  const found = await tx
    .select({ id: githubApps.id })
    .from(githubApps)
    .where(and(eq(githubApps.orgId, actor.orgId), eq(githubApps.id, id), isNull(githubApps.removedAt)))
    .for("update");
  return found.length > 0;
}

async function slugOf({ tx, actor }: Context): Promise<string> {
  const [organization] = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(eq(organizations.orgId, actor.orgId));
  if (!organization) throw new Error("an actor without an organization");
  return organization.slug;
}

/** One statement cannot write a row twice. */
const uniqueById = <Item extends { id: number }>(items: readonly Item[]): Item[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
];

const hashOf = (state: string): string => createHash("sha256").update(state).digest("hex");
