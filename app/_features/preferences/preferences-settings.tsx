"use client";

import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { EditorPreferences } from "./editor-preferences.tsx";
import { KeyPreferences } from "./key-preferences.tsx";
import { ThemePreference } from "./theme-preference.tsx";
import { usePreferences } from "./use-preferences.ts";

/** How one likes one's pages. */
export function PreferencesSettings() {
  const { preferences, change } = usePreferences();
  return (
    <SettingsPage title="Preferences" lead="How you like your pages. It follows you to every browser.">
      <Section title="Theme">
        <ThemePreference />
      </Section>
      <Section title="Editor" lead="Where files of a session are edited.">
        {preferences ? (
          <EditorPreferences editor={preferences.editor ?? {}} onChange={(editor) => change({ editor })} />
        ) : (
          <Skeleton className="h-32 w-full" />
        )}
      </Section>
      <Section title="Keys" lead="What is offered on this page and everywhere; the keys of other pages are theirs.">
        {preferences ? (
          <KeyPreferences chosen={preferences.keys ?? {}} onChange={(keys) => change({ keys })} />
        ) : (
          <Skeleton className="h-64 w-full" />
        )}
      </Section>
    </SettingsPage>
  );
}
