/** Holds the organization and the team this browser looked at last: `slug/team id`. */
export const placeCookie = "entourage.place";

/** Remembers where somebody is, for whoever comes by the front door next. */
export function rememberPlace(orgSlug: string, teamId: string | null): void {
  const value = encodeURIComponent(`${orgSlug}/${teamId ?? ""}`);
  const next = `${placeCookie}=${value}`;
  if (document.cookie.split("; ").includes(next)) return;
  // biome-ignore lint/suspicious/noDocumentCookie: the other way is not there outside of https
  document.cookie = `${next}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
