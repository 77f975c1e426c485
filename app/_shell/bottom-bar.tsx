"use client";

import clsx from "clsx";
import { Inbox, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { inboxHref, roomHref, roomOf, rooms, settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellTeam } from "./shell-props.ts";

type BottomBarProps = { org: ShellOrg; team: ShellTeam | null; waiting: number };

/** The rooms under the thumb, on a phone. */
export function BottomBar({ org, team, waiting }: BottomBarProps) {
  const pathname = usePathname();
  const here = roomOf(pathname);
  const links = [
    {
      title: "Inbox",
      icon: Inbox,
      href: inboxHref(org.slug),
      current: pathname.startsWith(inboxHref(org.slug)),
    },
    ...(team
      ? rooms.map(({ id, title, icon }) => ({
          title,
          icon,
          href: roomHref(org.slug, team.id, id),
          current: here === id,
        }))
      : []),
    {
      title: "Settings",
      icon: Settings,
      href: settingsHref(org.slug),
      current: pathname.startsWith(settingsHref(org.slug)),
    },
  ];
  return (
    <nav aria-label="Main rooms" className="shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden">
      <ul className="flex">
        {links.map((link) => (
          <li key={link.title} className="min-w-0 grow basis-0">
            <Link
              href={link.href}
              aria-current={link.current ? "page" : undefined}
              className={clsx(
                "flex h-13 flex-col items-center justify-center gap-0.5 text-micro font-medium -outline-offset-2",
                link.current ? "text-accent-text" : "text-muted",
              )}
            >
              <span className="relative">
                <link.icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
                {link.title === "Inbox" && waiting > 0 ? (
                  <span className="absolute -top-1 -right-2 min-w-3.5 rounded-full bg-accent px-0.5 text-center text-[9px]/3.5 font-semibold text-accent-ink">
                    {waiting > 99 ? "99+" : waiting}
                    <span className="sr-only"> waiting</span>
                  </span>
                ) : null}
              </span>
              <span className="max-w-full truncate">{link.title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
