import "server-only";
import { caller } from "#app/_lib/caller.ts";
import { listOrgs } from "#server/organizations/operations.ts";

/** Where somebody who comes to the front door goes: their first organization, or where one is made. */
export async function loadHome(): Promise<string> {
  const { organizations } = await (await caller()).run(listOrgs, {});
  return organizations[0] ? `/o/${organizations[0].slug}` : "/welcome";
}
