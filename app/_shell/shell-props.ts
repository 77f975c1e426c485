import type { ReactNode } from "react";
import type { RoomId } from "./rooms.ts";
import type { PauseMode } from "#db/enums.ts";

export type ShellOrg = { slug: string; name: string };
export type ShellTeam = { id: string; name: string };
export type ShellUser = { name: string; email: string };

export type Connection = "connecting" | "live" | "reconnecting" | "offline";

/** Why nothing starts. `scope` says whether the team or the whole organization stands still. */
export type Pause = {
  scope: "team" | "organization";
  mode: PauseMode;
  by: string;
  reason: string | null;
  since: string;
};

/** How to pause: what becomes of what runs, and why. */
export type PauseChoice = { mode: PauseMode; reason: string };

/** What the team may still spend: the cap that is felt first. */
export type Spend = {
  spentMicros: number;
  capMicros: number;
  /** "today", "this month", "in all" */
  when: string;
  /** Whose cap it is. */
  whose: string;
  state: "open" | "warned" | "stopped";
  /** Something was refused for want of money, and people are asked for more. */
  isAsked: boolean;
  href: string;
  /** Where it is raised; for those who may. */
  raiseHref: string | null;
};

export type ShellStatus = {
  connection: Connection;
  /** ISO time of the last thing heard from the server. */
  lastUpdateAt: string | null;
  /** Agents that are at work on a task, and sessions besides in which one works; who waits for people does not. */
  working: { agents: number; sessions: number };
  pause: Pause | null;
  /** Outside of the team's working hours, and when its agents take new work again. */
  closed?: { opensAt: string | null } | null;
  /** Null: nothing caps the team. */
  spend?: Spend | null;
  /** False: the visitor may only look, and is told who can. */
  canPause: boolean;
  onPause?: (choice: PauseChoice) => Promise<unknown>;
  onResume?: () => Promise<unknown>;
  /** Signed in by no one: `ENTOURAGE_AUTH=off`. */
  authOff?: boolean;
};

export type SearchHit = { id: string; title: string; hint?: string; icon?: ReactNode; href: string };

export type ShellProps = {
  org: ShellOrg;
  orgs: readonly ShellOrg[];
  /** The team of the page; without one (settings, a task) the last team that was looked at stays. */
  team?: ShellTeam | null;
  teams: readonly ShellTeam[];
  user: ShellUser;
  status: ShellStatus;
  /** How many things wait for a person, in all teams. */
  waiting?: number;
  /** What is unread in a room of the team. */
  unread?: Partial<Record<RoomId, number>>;
  /** Finds tasks and more for the palette. */
  search?: (query: string) => Promise<readonly SearchHit[]>;
  onSignOut?: () => void;
  children: ReactNode;
};
