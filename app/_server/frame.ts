import "server-only";
import { caller } from "#app/_lib/caller.ts";
import { config } from "#server/config.ts";
import { listMembers } from "#server/members/operations.ts";
import { getOrg, listOrgs } from "#server/organizations/operations.ts";
import { listTeams } from "#server/teams/operations.ts";
import { readLastPlace } from "./last-place.ts";
import { realtimeOf } from "./realtime.ts";

/** Everything that stands around the pages of an organization, for the person who looks. */
export async function loadFrame(orgRef: string) {
  const page = await caller(orgRef);
  // The numbers of realtime first: what happens after them reaches the page.
  const realtime = await realtimeOf(page);
  const [{ organization, you }, { organizations }, { teams }, { members }] = await Promise.all([
    page.run(getOrg, {}),
    page.run(listOrgs, {}),
    page.run(listTeams, {}),
    page.run(listMembers, { deactivated: false }),
  ]);
  const last = await readLastPlace();
  const channels = await Promise.all(teams.map(async ({ id }) => [id, (await realtimeOf(page, id)).channels] as const));
  return {
    org: { slug: organization.slug, name: organization.name },
    orgs: organizations.map(({ slug, name }) => ({ slug, name })),
    teams: teams.map(({ id, name, paused }) => ({ id, name, paused })),
    user: { id: you.id, name: you.name, email: members.find(({ userId }) => userId === you.id)?.email ?? "" },
    paused: organization.paused,
    canCreateTeam: you.permissions.includes("teams:manage"),
    canRaise: you.permissions.includes("budgets:manage"),
    canPause: you.permissions.includes("work:pause"),
    authOff: config().auth === "off",
    realtime,
    /** The team this browser looked at last, for pages that are of no team. */
    lastTeamId: last?.orgSlug === organization.slug ? last.teamId : null,
    teamChannels: Object.fromEntries(channels),
  };
}
export type Frame = Awaited<ReturnType<typeof loadFrame>>;
