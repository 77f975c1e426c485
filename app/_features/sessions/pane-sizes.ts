/** Shares of the panes in percent, by the pane's name; a group of panes has one. */
export type PaneSizes = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Sizes are a matter of taste and of this browser. A cookie, so that what the server draws has them already. */
export const paneSizesCookie = "entourage-panes";

/** What was kept, as far as it can be understood. */
export function readPaneSizes(kept: string | undefined): PaneSizes {
  const sizes: Record<string, Record<string, number>> = {};
  for (const group of (kept ?? "").split("|")) {
    const [name = "", ...panes] = group.split("~");
    const shares = panes.map((pane) => pane.split(":"));
    if (shares.length < 2 || !shares.every(([pane, share]) => pane && Number(share) >= 0 && Number(share) <= 100))
      continue;
    sizes[name] = Object.fromEntries(shares.map(([pane = "", share]) => [pane, Number(share)]));
  }
  return sizes;
}

/** The text that `readPaneSizes` reads; only what a cookie holds as it is. */
function writtenPaneSizes(sizes: PaneSizes): string {
  return Object.entries(sizes)
    .map(([name, panes]) =>
      [name, ...Object.entries(panes).map(([pane, share]) => `${pane}:${Math.round(share * 100) / 100}`)].join("~"),
    )
    .join("|");
}

/** Keeps the sizes of one group for a year. */
export function keepPaneSizes(group: string, panes: Readonly<Record<string, number>>): void {
  const there = document.cookie.split("; ").find((one) => one.startsWith(`${paneSizesCookie}=`));
  const sizes = { ...readPaneSizes(there?.slice(paneSizesCookie.length + 1)), [group]: panes };
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the other way is not there outside of https
  document.cookie = `${paneSizesCookie}=${writtenPaneSizes(sizes)}; path=/; max-age=31536000; samesite=lax${secure}`;
}
