"use client";

import clsx from "clsx";
import { Bot, Coins, Pause, Search } from "lucide-react";
import Link from "next/link";
import { money } from "#app/_ui/format.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import { useRunAction } from "./actions.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { PauseButton } from "./pause-button.tsx";
import type { ShellOrg, ShellStatus, ShellTeam, ShellUser, Spend } from "./shell-props.ts";
import { TeamSwitcher } from "./team-switcher.tsx";
import { UserMenu } from "./user-menu.tsx";

type StatusLineProps = {
  org: ShellOrg;
  orgs: readonly ShellOrg[];
  team: ShellTeam | null;
  teams: readonly ShellTeam[];
  user: ShellUser;
  status: ShellStatus;
  onSignOut?: () => void;
};

/** The thin line at the top: is it live, who works, stop, search, me. */
export function StatusLine({ org, orgs, team, teams, user, status, onSignOut }: StatusLineProps) {
  const run = useRunAction();
  return (
    <header className="flex h-11 shrink-0 items-center gap-1 border-b bg-canvas px-2 sm:gap-2 sm:px-3">
      <div className="min-w-0 sm:hidden">
        <TeamSwitcher org={org} orgs={orgs} team={team} teams={teams} />
      </div>
      <ConnectionState connection={status.connection} lastUpdateAt={status.lastUpdateAt} />
      <WorkingAgents working={status.working} />
      {status.spend ? <SpendSign spend={status.spend} /> : null}
      <div className="grow" />
      <button
        type="button"
        onClick={() => run("palette.open")}
        className="hidden h-7 w-56 items-center gap-2 rounded-md border bg-surface px-2 text-left text-app text-faint transition-colors hover:border-line-strong md:flex"
      >
        <Search aria-hidden="true" className="size-3.5" />
        <span className="grow">Search or run…</span>
        <Kbd keys="mod+k" />
      </button>
      <div className="md:hidden">
        <IconButton label="Search or run" keys="mod+k" icon={<Search />} onClick={() => run("palette.open")} />
      </div>
      {status.pause ? <PausedSign /> : <PauseButton status={status} />}
      <UserMenu org={org} user={user} onSignOut={onSignOut} />
    </header>
  );
}

function WorkingAgents({ working: { agents, sessions } }: Pick<ShellStatus, "working">) {
  const count = agents + sessions;
  const words = [
    `${agents} ${agents === 1 ? "agent works" : "agents work"} on a task right now`,
    ...(sessions > 0 ? [`${sessions} ${sessions === 1 ? "session" : "sessions"} at work besides`] : []),
  ];
  return (
    <span className="hidden items-center gap-1.5 px-1.5 text-app text-muted sm:inline-flex" title={words.join(", ")}>
      <Bot aria-hidden="true" className="size-4 text-agent" />
      {count === 0 ? "No agent working" : `${count} working`}
    </span>
  );
}

const spendTones = { open: "text-muted", warned: "text-warning", stopped: "text-danger" };

function SpendSign({ spend: { spentMicros, capMicros, when, whose, state, href } }: { spend: Spend }) {
  return (
    <Link
      href={href}
      title={`${whose} has spent ${money(spentMicros)} of ${money(capMicros)} ${when}${state === "stopped" ? ": used up" : ""}`}
      className={clsx(
        "hidden items-center gap-1.5 rounded-md px-1.5 text-app tabular-nums hover:bg-hover sm:inline-flex",
        spendTones[state],
      )}
    >
      <Coins aria-hidden="true" className="size-4" />
      {money(spentMicros)} of {money(capMicros)} {when}
    </Link>
  );
}

// The way back stands in the banner below, beside who paused and why.
function PausedSign() {
  return (
    <span className="hidden items-center gap-1.5 px-1.5 text-app font-medium text-warning sm:inline-flex">
      <Pause aria-hidden="true" className="size-3.5" /> Paused
    </span>
  );
}
