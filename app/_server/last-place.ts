import "server-only";
import { cookies } from "next/headers";
import { placeCookie } from "#app/_lib/last-place.ts";

/** Where this browser was last: only a hint, which says nothing about what may be seen. */
export async function readLastPlace(): Promise<{ orgSlug: string; teamId: string | null } | undefined> {
  const [orgSlug, teamId] = decodeURIComponent((await cookies()).get(placeCookie)?.value ?? "").split("/");
  return orgSlug ? { orgSlug, teamId: teamId || null } : undefined;
}
