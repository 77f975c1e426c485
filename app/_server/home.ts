import "server-only";
import { caller } from "#app/_lib/caller.ts";
import { listOrgs } from "#server/organizations/operations.ts";
import { readLastPlace } from "./last-place.ts";

/** Where somebody who comes to the front door goes: the organization they were in last, their first, or where one is made. */
export async function loadHome(): Promise<string> {
  const { organizations } = await (await caller()).run(listOrgs, {});
  const last = await readLastPlace();
  const home = organizations.find(({ slug }) => slug === last?.orgSlug) ?? organizations[0];
  return home ? `/o/${home.slug}` : "/welcome";
}
