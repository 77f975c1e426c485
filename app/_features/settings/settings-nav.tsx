"use client";

import clsx from "clsx";
import {
  BookOpen,
  Box,
  Brain,
  Activity,
  Building2,
  CalendarClock,
  CircleDollarSign,
  Gauge,
  HeartPulse,
  KeyRound,
  LayoutTemplate,
  type LucideIcon,
  Plug,
  ScrollText,
  ShieldCheck,
  SlidersHorizontal,
  Tags,
  User,
  UserCog,
  Users,
  Webhook,
  Wrench,
} from "lucide-react";
import Link from "next/link";
import { useParams, usePathname, useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { useActions } from "#app/_shell/actions.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";

type SettingsPageId =
  | "profile"
  | "organization"
  | "members"
  | "teams"
  | "audit"
  | "budgets"
  | "prices"
  | "quotas"
  | "models"
  | "tools"
  | "policies"
  | "knowledge"
  | "resources"
  | "sandboxes"
  | "api-keys"
  | "connect"
  | "webhooks"
  | "realtime"
  | "templates"
  | "schedules"
  | "preferences";

const groups: readonly { title: string; pages: readonly { id: SettingsPageId; title: string; icon: LucideIcon }[] }[] =
  [
    {
      title: "Organization",
      pages: [
        { id: "organization", title: "General", icon: Building2 },
        { id: "members", title: "Members", icon: Users },
        { id: "teams", title: "Teams", icon: UserCog },
        { id: "audit", title: "Audit", icon: ScrollText },
        { id: "webhooks", title: "Webhooks", icon: Webhook },
        { id: "realtime", title: "Realtime", icon: Activity },
      ],
    },
    {
      title: "Money",
      pages: [
        { id: "budgets", title: "Budgets", icon: CircleDollarSign },
        { id: "prices", title: "Prices", icon: Tags },
        { id: "quotas", title: "Quotas", icon: Gauge },
      ],
    },
    {
      title: "Work",
      pages: [
        { id: "templates", title: "Templates", icon: LayoutTemplate },
        { id: "schedules", title: "Schedules", icon: CalendarClock },
      ],
    },
    {
      title: "Agents",
      pages: [
        { id: "models", title: "Models and keys", icon: Brain },
        { id: "tools", title: "Tools and MCP servers", icon: Wrench },
        { id: "policies", title: "Permissions", icon: ShieldCheck },
        { id: "knowledge", title: "Knowledge", icon: BookOpen },
        { id: "resources", title: "Resources", icon: HeartPulse },
        { id: "sandboxes", title: "Sandboxes", icon: Box },
        { id: "api-keys", title: "API keys", icon: KeyRound },
        { id: "connect", title: "Connect an agent", icon: Plug },
      ],
    },
    {
      title: "You",
      pages: [
        { id: "profile", title: "Profile", icon: User },
        { id: "preferences", title: "Preferences", icon: SlidersHorizontal },
      ],
    },
  ];

/** The way between the pages of the settings; a phone scrolls it sideways. Each page is in the palette too. */
export function SettingsNav() {
  const { org } = useParams<{ org: string }>();
  const pathname = usePathname();
  const router = useRouter();
  const nav = useRef<HTMLElement>(null);
  // A phone would open with the page that one stands on out of sight, past the edge.
  useEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (here && nav.current)
      nav.current.scrollLeft = here.offsetLeft - (nav.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);
  useActions(
    groups.flatMap(({ pages }) =>
      pages.map(({ id, title, icon: Icon }) => ({
        id: `settings.${id}`,
        title: `Settings: ${title}`,
        group: "Navigate",
        icon: <Icon />,
        run: () => router.push(settingsHref(org, id)),
      })),
    ),
  );
  return (
    <nav
      ref={nav}
      aria-label="Settings"
      className="relative flex shrink-0 gap-1 overflow-x-auto border-b p-2 [scrollbar-width:none] md:w-52 md:flex-col md:gap-4 md:overflow-visible md:border-r md:border-b-0 md:p-3"
    >
      {groups.map(({ title, pages }) => (
        <div key={title} className="flex gap-1 md:flex-col md:gap-0.5">
          <h2 className="px-2 pb-1 text-micro font-medium text-faint max-md:sr-only">{title}</h2>
          {pages.map(({ id, title: name, icon: Icon }) => {
            const href = settingsHref(org, id);
            const isHere = pathname === href || pathname.startsWith(`${href}/`);
            return (
              <Link
                key={id}
                href={href}
                aria-current={isHere ? "page" : undefined}
                className={clsx(
                  "flex h-8 items-center gap-2 rounded-md px-2 text-app font-medium whitespace-nowrap -outline-offset-2 transition-colors coarse:h-10",
                  isHere ? "bg-active text-ink" : "text-muted hover:bg-hover hover:text-ink",
                )}
              >
                <Icon aria-hidden="true" className="size-4 shrink-0" />
                {name}
              </Link>
            );
          })}
        </div>
      ))}
    </nav>
  );
}
