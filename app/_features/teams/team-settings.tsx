"use client";

import { useQuery } from "@tanstack/react-query";
import { Archive, ChevronLeft } from "lucide-react";
import Link from "next/link";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { PauseSection } from "#app/_features/pauses/pause-section.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref, settingsHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { TeamSettings as TeamSettingsOf } from "#server/team-settings/schema.ts";
import type { TeamDetail } from "#server/teams/schema.ts";
import { ConventionsSettings } from "./conventions-settings.tsx";
import { DispatchSettings } from "./dispatch-settings.tsx";
import { ReviewSettings } from "./review-settings.tsx";
import { readTeamFields, TeamFields } from "./team-fields.tsx";
import { TeamPeople } from "./team-people.tsx";
import { WorkingHoursSettings } from "./working-hours.tsx";

/** One team: name and limits, its people, pause, archive. */
export function TeamSettings({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const query = useQuery(useTRPC().teams.get.queryOptions({ teamId }));
  const { can, isKnown } = useMe();
  const canManage = can("teams:manage");
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-6 px-4 py-6 sm:px-8">
      <Link
        href={settingsHref(orgSlug, "teams")}
        className="inline-flex items-center gap-1 self-start rounded-sm text-app text-muted hover:text-ink"
      >
        <ChevronLeft aria-hidden="true" className="size-4" /> Teams
      </Link>
      <Loaded query={query} what="The team" skeleton={<Skeleton className="h-[40rem] w-full" />}>
        {({ team }) => {
          const isOpen = canManage && team.archivedAt === null;
          return (
            <>
              <header className="flex flex-wrap items-center gap-3">
                <h1 className="text-display font-semibold">{team.name}</h1>
                {team.archivedAt ? <Badge>Archived</Badge> : null}
                {team.archivedAt ? null : (
                  <Link href={roomHref(orgSlug, team.id, "board")} className={`${buttonClass()} ml-auto`}>
                    Open the board
                  </Link>
                )}
              </header>
              {isKnown && !canManage ? <LookOnly what="change teams" /> : null}
              {isOpen ? <General key={team.id} team={team} /> : null}
              <TeamPeople team={team} canChange={can("people:manage") && team.archivedAt === null} />
              {team.archivedAt === null ? (
                <PauseSection
                  target={{ teamId: team.id }}
                  name={team.name}
                  paused={team.paused}
                  running="Work goes on."
                  canPause={can("work:pause")}
                />
              ) : null}
              <Rules team={team} canChange={isOpen} />
              {isOpen ? <ArchiveTeam team={team} /> : null}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function General({ team }: { team: TeamDetail }) {
  const update = useChange(useTRPC().teams.update.mutationOptions(), {
    done: (result) => `${result.team.name} was changed`,
    refused: "The team was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    await update.send({ teamId: team.id, ...readTeamFields(form) });
  });
  return (
    <Section title="General">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TeamFields team={team} error={failure} />
        <div>
          <Button type="submit" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** How it works: each part is saved by itself, and is drawn anew when somebody else changed that part. */
function Rules({ team, canChange }: { team: TeamDetail; canChange: boolean }) {
  const query = useQuery(useTRPC().teams.settings.queryOptions({ teamId: team.id }));
  return (
    <Loaded query={query} what="The settings" skeleton={<Skeleton className="h-96 w-full" />}>
      {({ settings }) => (
        <>
          <ReviewSettings
            key={partOf(settings, "personApprovals", "agentApprovals", "reviewRules")}
            settings={settings}
            team={team}
            canChange={canChange}
          />
          <DispatchSettings
            key={partOf(
              settings,
              "branchPrefix",
              "defaultSlots",
              "defaultLeaseSeconds",
              "reviewLimit",
              "silentMinutes",
            )}
            settings={settings}
            canChange={canChange}
          />
          <WorkingHoursSettings key={partOf(settings, "workingHours")} settings={settings} canChange={canChange} />
          <ConventionsSettings key={partOf(settings, "conventions")} settings={settings} canChange={canChange} />
        </>
      )}
    </Loaded>
  );
}

const partOf = (settings: TeamSettingsOf, ...names: (keyof TeamSettingsOf)[]): string =>
  JSON.stringify(names.map((name) => settings[name]));

function ArchiveTeam({ team }: { team: TeamDetail }) {
  const archive = useChange(useTRPC().teams.archive.mutationOptions(), {
    done: () => `${team.name} is archived`,
    refused: "The team was not archived",
  });
  return (
    <Section title="Archive" danger lead="Nothing in it starts any more. Its board stays readable.">
      <ConfirmDialog
        title={`Archive ${team.name}?`}
        verb="Archive team"
        danger
        trigger={<Button icon={<Archive className="size-4" />}>Archive team…</Button>}
        onConfirm={() => archive.send({ teamId: team.id })}
      >
        Its agents take nothing new and it leaves the switcher. Its tasks, merges and events stay readable. This cannot
        be undone.
      </ConfirmDialog>
    </Section>
  );
}
