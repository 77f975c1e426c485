"use client";

import { useTheme } from "next-themes";
import { useEffect, useRef } from "react";
import { useKeyPreferences } from "#app/_shell/actions.tsx";
import { usePreferences } from "./use-preferences.ts";

/**
 * Makes of one's preferences what the page does: theme and keys, in a browser that sees one for the first time too.
 * A theme that is chosen here (the user's menu, a key) is kept for every other browser.
 */
export function PreferencesApplied() {
  const { preferences, change } = usePreferences();
  const { theme, setTheme } = useTheme();
  useKeyPreferences(preferences?.keys);
  const kept = preferences?.theme;
  const last = useRef<{ kept: string | undefined; theme: string | undefined }>(null);
  useEffect(() => {
    if (!preferences) return;
    const before = last.current;
    last.current = { kept, theme };
    // Whichever of the two is new wins; on the first look that is what was kept.
    if (kept !== before?.kept) {
      if (kept && kept !== theme) setTheme(kept);
    } else if (theme !== before?.theme && theme !== kept && isTheme(theme)) change({ theme });
  }, [preferences, kept, theme, setTheme, change]);
  return null;
}

const isTheme = (name: string | undefined): name is "light" | "dark" | "system" =>
  name === "light" || name === "dark" || name === "system";
