"use client";

import type { ReactNode } from "react";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { TeamSettings } from "#server/team-settings/schema.ts";

/** What a part of the settings changes. */
export type SettingsChange = Partial<Omit<TeamSettings, "teamId" | "version" | "open">>;

type SettingsFormProps = {
  settings: TeamSettings;
  title: string;
  lead: string;
  /** False: read only, for those who may not change it. */
  canChange: boolean;
  /** What the form says, when it is sent. */
  read: (fields: FormData) => SettingsChange;
  children: ReactNode;
};

/** One part of a team's settings with its button. What somebody else changed since the page was read is not overwritten. */
export function SettingsForm({ settings, title, lead, canChange, read, children }: SettingsFormProps) {
  const update = useChange(useTRPC().teams.updateSettings.mutationOptions(), {
    done: () => `${title} saved`,
    refused: "Nothing was changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const { teamId, version } = settings;
    await update.send({ teamId, version, ...read(new FormData(form)) });
  });
  return (
    <Section title={title} lead={lead}>
      <form onSubmit={submit}>
        <fieldset disabled={!canChange} className="flex flex-col gap-4">
          {children}
          {failure ? (
            <p role="alert" className="text-app text-danger">
              {failure}
            </p>
          ) : null}
          {canChange ? (
            <div>
              <Button type="submit" variant="primary" loading={update.isPending}>
                Save
              </Button>
            </div>
          ) : null}
        </fieldset>
      </form>
    </Section>
  );
}

/** A number of a form; an empty field is null. */
export function numberIn(fields: FormData, name: string): number | null {
  const text = textIn(fields, name);
  return text === "" ? null : Number(text);
}

/** A text of a form, without the spaces around it. */
export function textIn(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
