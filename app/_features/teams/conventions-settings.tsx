"use client";

import { useState } from "react";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { Markdown } from "#app/_ui/markdown.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import type { TeamSettings } from "#server/team-settings/schema.ts";
import { SettingsForm } from "./settings-form.tsx";

const views = [
  { value: "write", label: "Write" },
  { value: "read", label: "Preview" },
] as const;

/** What every agent of the team is told with its work. */
export function ConventionsSettings({ settings, canChange }: { settings: TeamSettings; canChange: boolean }) {
  const [text, setText] = useState(settings.conventions);
  const [view, setView] = useState<"write" | "read">(canChange ? "write" : "read");
  return (
    <SettingsForm
      settings={settings}
      canChange={canChange}
      title="Conventions"
      lead="Every agent reads them with every task; each word is paid for each time. Manager agents may add to them."
      read={() => ({ conventions: text })}
    >
      {canChange ? (
        <div>
          <Segmented label="Conventions" options={views} value={view} onValueChange={setView} />
        </div>
      ) : null}
      {view === "write" ? (
        <Field label="Rules, in Markdown" hint={`${text.length} of 10,000 characters`}>
          <Textarea
            mono
            maxLength={10_000}
            value={text}
            placeholder="- Every change comes with a test."
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      ) : text ? (
        <Markdown text={text} />
      ) : (
        <p className="text-app text-muted">Nothing yet.</p>
      )}
    </SettingsForm>
  );
}
