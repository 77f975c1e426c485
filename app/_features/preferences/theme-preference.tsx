"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";
import { Segmented } from "#app/_ui/segmented.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

const themes = [
  { value: "light", label: "Light", icon: <Sun /> },
  { value: "dark", label: "Dark", icon: <Moon /> },
  { value: "system", label: "As the system", icon: <Monitor /> },
];

/** Light, dark, or as the system has it. */
export function ThemePreference() {
  const { theme, setTheme } = useTheme();
  // Which theme is on stands in the browser: the server cannot know it.
  const isKnown = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
  return (
    <div className="h-8">
      {isKnown ? (
        <Segmented label="Theme" options={themes} value={theme ?? "system"} onValueChange={setTheme} />
      ) : (
        <Skeleton className="h-8 w-64" />
      )}
    </div>
  );
}
