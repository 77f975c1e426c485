"use client";

import clsx from "clsx";
import { Check, ChevronsUpDown, Settings2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { TeamMark } from "#app/_ui/avatar.tsx";
import { Menu, MenuGroup, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import { roomHref, settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellTeam } from "./shell-props.ts";

type TeamSwitcherProps = {
  org: ShellOrg;
  orgs: readonly ShellOrg[];
  team: ShellTeam | null;
  teams: readonly ShellTeam[];
  compact?: boolean;
};

/** Which team is looked at, and the way to the others and to other organizations. */
export function TeamSwitcher({ org, orgs, team, teams, compact = false }: TeamSwitcherProps) {
  const router = useRouter();
  const others = orgs.filter((each) => each.slug !== org.slug);
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={compact ? `${team?.name ?? org.name}, switch team` : undefined}
          className={clsx(
            "flex h-10 w-full items-center gap-2 rounded-md text-left transition-colors hover:bg-hover data-popup-open:bg-hover",
            compact ? "justify-center" : "px-1.5",
          )}
        >
          <TeamMark name={team?.name ?? org.name} />
          {compact ? null : (
            <>
              <span className="min-w-0 grow">
                <span className="block truncate text-app/4 font-semibold">{team?.name ?? "No team yet"}</span>
                <span className="block truncate text-micro/4 text-faint">{org.name}</span>
              </span>
              <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
            </>
          )}
        </button>
      }
    >
      <MenuGroup label={`Teams of ${org.name}`}>
        {teams.map((each) => (
          <MenuItem
            key={each.id}
            icon={<TeamMark name={each.name} small />}
            end={each.id === team?.id ? <Check aria-label="Current team" className="size-4" /> : null}
            onSelect={() => router.push(roomHref(org.slug, each.id, "board"))}
          >
            {each.name}
          </MenuItem>
        ))}
      </MenuGroup>
      <MenuSeparator />
      <MenuItem icon={<Settings2 />} onSelect={() => router.push(settingsHref(org.slug, "teams"))}>
        All teams…
      </MenuItem>
      {others.length > 0 ? (
        <>
          <MenuSeparator />
          <MenuGroup label="Other organizations">
            {others.map((each) => (
              <MenuItem
                key={each.slug}
                icon={<TeamMark name={each.name} small />}
                onSelect={() => router.push(`/o/${each.slug}`)}
              >
                {each.name}
              </MenuItem>
            ))}
          </MenuGroup>
        </>
      ) : null}
    </Menu>
  );
}
