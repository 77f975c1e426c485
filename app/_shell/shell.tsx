"use client";

import { useParams } from "next/navigation";
import { useState } from "react";
import { Banners } from "./banners.tsx";
import { BottomBar } from "./bottom-bar.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { GlobalActions } from "./global-actions.tsx";
import { Rail } from "./rail.tsx";
import type { ShellProps, ShellTeam } from "./shell-props.ts";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { StatusLine } from "./status-line.tsx";

export type { ShellProps } from "./shell-props.ts";

/** The frame around every page of an organization: rail, status line, banners, palette and keys. It fetches nothing. */
export function Shell(props: ShellProps) {
  const { org, orgs, teams, user, status, waiting = 0, search, onSignOut, children } = props;
  const team = useCurrentTeam(props.team, teams);
  return (
    <div className="flex h-dvh bg-canvas">
      <a
        href="#main"
        className="fixed top-2 left-2 -translate-y-20 rounded-md bg-raised px-3 py-2 text-app shadow-popup focus:translate-y-0"
      >
        Skip to content
      </a>
      <Rail org={org} orgs={orgs} team={team} teams={teams} waiting={waiting} unread={props.unread} />
      <div className="flex min-w-0 grow flex-col">
        <StatusLine org={org} orgs={orgs} team={team} teams={teams} user={user} status={status} onSignOut={onSignOut} />
        <Banners status={status} />
        <main id="main" tabIndex={-1} className="min-h-0 grow overflow-auto outline-none">
          {children}
        </main>
        <BottomBar org={org} team={team} waiting={waiting} unread={props.unread} />
      </div>
      <GlobalActions org={org} orgs={orgs} team={team} teams={teams} />
      <CommandPalette search={search} />
      <ShortcutSheet />
    </div>
  );
}

function useCurrentTeam(given: ShellTeam | null | undefined, teams: readonly ShellTeam[]): ShellTeam | null {
  const params = useParams<{ team?: string }>();
  const current = given ?? teams.find((team) => team.id === params.team) ?? null;
  const [last, setLast] = useState(current);
  if (current && current.id !== last?.id) setLast(current);
  return current ?? last ?? teams[0] ?? null;
}
