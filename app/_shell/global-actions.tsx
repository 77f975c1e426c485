"use client";

import { ArrowLeftRight, Inbox, Moon, Search, Settings } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useActions, useRunAction } from "./actions.tsx";
import { inboxHref, roomHref, rooms, settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellTeam } from "./shell-props.ts";

type GlobalActionsProps = {
  org: ShellOrg;
  orgs: readonly ShellOrg[];
  team: ShellTeam | null;
  teams: readonly ShellTeam[];
};

/** What can be done from anywhere: go to a room, change team, theme. */
export function GlobalActions({ org, orgs, team, teams }: GlobalActionsProps) {
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const run = useRunAction();
  const go = (href: string) => () => router.push(href);
  useActions([
    {
      id: "go.inbox",
      title: "Go to the inbox",
      group: "Navigate",
      keys: "g i",
      icon: <Inbox />,
      run: go(inboxHref(org.slug)),
    },
    ...(team
      ? rooms.map((room) => ({
          id: `go.${room.id}`,
          title: `Go to ${room.title.toLowerCase()}`,
          group: "Navigate",
          keys: room.keys,
          icon: <room.icon />,
          run: go(roomHref(org.slug, team.id, room.id)),
        }))
      : []),
    {
      id: "go.settings",
      title: "Go to settings",
      group: "Navigate",
      keys: "g ,",
      icon: <Settings />,
      run: go(settingsHref(org.slug)),
    },
    ...teams
      .filter((each) => each.id !== team?.id)
      .map((each) => ({
        id: `team.${each.id}`,
        title: `Switch to ${each.name}`,
        group: "Teams",
        icon: <ArrowLeftRight />,
        run: go(roomHref(org.slug, each.id, "board")),
      })),
    ...orgs
      .filter((each) => each.slug !== org.slug)
      .map((each) => ({
        id: `org.${each.slug}`,
        title: `Switch to ${each.name}`,
        group: "Organizations",
        icon: <ArrowLeftRight />,
        run: go(`/o/${each.slug}`),
      })),
    {
      id: "search.focus",
      title: "Search this page",
      group: "General",
      keys: "/",
      icon: <Search />,
      run: () => {
        // The search of a list, where the page has one; else the one of everything.
        const field = document.querySelector<HTMLInputElement>("[data-page-search]");
        if (field) field.select();
        else run("palette.open");
      },
    },
    {
      id: "theme.toggle",
      title: resolvedTheme === "dark" ? "Use the light theme" : "Use the dark theme",
      group: "View",
      keys: "shift+d",
      icon: <Moon />,
      keywords: ["dark", "light", "theme"],
      run: () => setTheme(resolvedTheme === "dark" ? "light" : "dark"),
    },
  ]);
  return null;
}
