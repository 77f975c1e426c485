"use client";

import clsx from "clsx";
import { Ellipsis, Inbox, type LucideIcon, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { Count } from "#app/_ui/badge.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import { inboxHref, type RoomId, roomHref, roomOf, rooms, settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellTeam } from "./shell-props.ts";

type BottomBarProps = {
  org: ShellOrg;
  team: ShellTeam | null;
  waiting: number;
  unread: Partial<Record<RoomId, number>> | undefined;
};

type Place = { title: string; icon: LucideIcon; href: string; current: boolean; count: number; counted: string };

// Five words are what 320 pixels hold without cutting one; the other rooms stand behind the last.
const underThumb: ReadonlySet<RoomId> = new Set(["board", "agents", "messages"]);

/** The rooms under the thumb, on a phone: those looked at between two other things, and the way to the rest. */
export function BottomBar({ org, team, waiting, unread = {} }: BottomBarProps) {
  const pathname = usePathname();
  const here = roomOf(pathname);
  const placesOf = (within: typeof rooms): Place[] =>
    team
      ? within.map(({ id, title, icon }) => ({
          ...{ title, icon, href: roomHref(org.slug, team.id, id), current: here === id },
          ...{ count: unread[id] ?? 0, counted: "unread" },
        }))
      : [];
  const inbox = {
    ...{ title: "Inbox", icon: Inbox, href: inboxHref(org.slug), current: pathname.startsWith(inboxHref(org.slug)) },
    ...{ count: waiting, counted: "waiting" },
  };
  const settings = {
    ...{ title: "Settings", icon: Settings, href: settingsHref(org.slug) },
    ...{ current: pathname.startsWith(settingsHref(org.slug)), count: 0, counted: "" },
  };
  return (
    <nav aria-label="Main rooms" className="shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden">
      <ul className="flex">
        {[inbox, ...placesOf(rooms.filter(({ id }) => underThumb.has(id)))].map((place) => (
          <li key={place.title} className="min-w-0 grow basis-0">
            <Link
              href={place.href}
              aria-current={place.current ? "page" : undefined}
              className={clsx(tabClass, place.current ? "text-accent-text" : "text-muted")}
            >
              <TabFace {...place} />
            </Link>
          </li>
        ))}
        <li className="min-w-0 grow basis-0">
          <MoreRooms places={[...placesOf(rooms.filter(({ id }) => !underThumb.has(id))), settings]} />
        </li>
      </ul>
    </nav>
  );
}

const tabClass =
  "flex h-13 w-full flex-col items-center justify-center gap-0.5 text-micro font-medium -outline-offset-2";

function MoreRooms({ places }: { places: Place[] }) {
  const router = useRouter();
  const current = places.find((place) => place.current);
  return (
    <Menu
      side="top"
      align="end"
      trigger={
        <button type="button" className={clsx(tabClass, current ? "text-accent-text" : "text-muted")}>
          <TabFace title="More" icon={Ellipsis} count={0} counted="" />
        </button>
      }
    >
      {places.map((place) => (
        <MenuItem
          key={place.title}
          icon={<place.icon aria-hidden="true" />}
          end={endOf(place)}
          onSelect={() => router.push(place.href)}
        >
          {place.title}
        </MenuItem>
      ))}
    </Menu>
  );
}

function endOf({ current, count, counted }: Place) {
  if (current) return <span className="text-small text-faint">Here</span>;
  return count > 0 ? <Count value={count} label={counted} /> : null;
}

function TabFace({ title, icon: Icon, count, counted }: Pick<Place, "title" | "icon" | "count" | "counted">) {
  return (
    <>
      <span className="relative">
        <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
        {count > 0 ? (
          <span className="absolute -top-1 -right-2 min-w-3.5 rounded-full bg-accent px-0.5 text-center text-[9px]/3.5 font-semibold text-accent-ink">
            {count > 99 ? "99+" : count}
            <span className="sr-only"> {counted}</span>
          </span>
        ) : null}
      </span>
      <span className="max-w-full truncate">{title}</span>
    </>
  );
}
