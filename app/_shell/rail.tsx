"use client";

import clsx from "clsx";
import { Inbox, PanelLeft, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { Count } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Tooltip } from "#app/_ui/tooltip.tsx";
import { useActions } from "./actions.tsx";
import { inboxHref, type RoomId, roomHref, roomOf, rooms, settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellTeam } from "./shell-props.ts";
import { TeamSwitcher } from "./team-switcher.tsx";
import { useRailCollapsed } from "./use-rail-collapsed.ts";

type RailProps = {
  org: ShellOrg;
  orgs: readonly ShellOrg[];
  team: ShellTeam | null;
  teams: readonly ShellTeam[];
  /** How many things wait for a person. */
  waiting: number;
  /** What is unread in a room. */
  unread: Partial<Record<RoomId, number>> | undefined;
};

/** The way between the rooms. Narrow on demand; a phone has the bottom bar instead. */
export function Rail({ org, orgs, team, teams, waiting, unread = {} }: RailProps) {
  const pathname = usePathname();
  const [collapsed, toggle] = useRailCollapsed();
  useActions([
    {
      id: "rail.toggle",
      title: collapsed ? "Widen the rail" : "Narrow the rail",
      group: "View",
      keys: "[",
      run: toggle,
    },
  ]);
  const inSettings = pathname.startsWith(settingsHref(org.slug));
  return (
    <nav
      aria-label="Rooms"
      className={clsx("hidden shrink-0 flex-col gap-3 border-r bg-canvas p-2 sm:flex", collapsed ? "w-12" : "w-52")}
    >
      <TeamSwitcher org={org} orgs={orgs} team={team} teams={teams} compact={collapsed} />
      <ul className="flex grow flex-col gap-0.5">
        <li>
          <RailLink
            href={inboxHref(org.slug)}
            title="Inbox"
            keys="g i"
            icon={<Inbox aria-hidden="true" />}
            current={pathname.startsWith(inboxHref(org.slug))}
            collapsed={collapsed}
            count={waiting}
          />
        </li>
        {team
          ? rooms.map((room) => (
              <li key={room.id}>
                <RailLink
                  href={roomHref(org.slug, team.id, room.id)}
                  title={room.title}
                  keys={room.keys}
                  icon={<room.icon aria-hidden="true" />}
                  current={roomOf(pathname) === room.id}
                  collapsed={collapsed}
                  count={unread[room.id] ?? 0}
                  counted="unread"
                />
              </li>
            ))
          : null}
      </ul>
      <div className={clsx("flex items-center gap-0.5", collapsed && "flex-col")}>
        <div className="grow self-stretch">
          <RailLink
            href={settingsHref(org.slug)}
            title="Settings"
            keys="g ,"
            icon={<Settings aria-hidden="true" />}
            current={inSettings}
            collapsed={collapsed}
          />
        </div>
        <IconButton
          label={collapsed ? "Widen the rail" : "Narrow the rail"}
          keys="["
          side="right"
          icon={<PanelLeft />}
          onClick={toggle}
          aria-expanded={!collapsed}
        />
      </div>
    </nav>
  );
}

type RailLinkProps = {
  href: string;
  title: string;
  keys: string;
  icon: ReactNode;
  current: boolean;
  collapsed: boolean;
  count?: number;
  /** What is counted, in a word. */
  counted?: string;
};

function RailLink({ href, title, keys, icon, current, collapsed, count = 0, counted = "waiting" }: RailLinkProps) {
  return (
    <Tooltip content={title} keys={keys} side="right">
      <Link
        href={href}
        aria-current={current ? "page" : undefined}
        aria-label={collapsed ? (count > 0 ? `${title}, ${count} ${counted}` : title) : undefined}
        className={clsx(
          "relative flex h-8 items-center gap-2.5 rounded-md px-2 text-app font-medium transition-colors [&_svg]:size-4 [&_svg]:shrink-0",
          current ? "bg-active text-ink" : "text-muted hover:bg-hover hover:text-ink",
        )}
      >
        {icon}
        {collapsed ? null : <span className="grow truncate">{title}</span>}
        {count > 0 && !collapsed ? <Count value={count} label={counted} /> : null}
        {count > 0 && collapsed ? (
          <span aria-hidden="true" className="absolute top-1.5 right-1.5 size-1.5 rounded-full bg-accent" />
        ) : null}
      </Link>
    </Tooltip>
  );
}
