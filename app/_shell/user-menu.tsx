"use client";

import { Keyboard, LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Menu, MenuGroup, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import { useRunAction } from "./actions.tsx";
import { settingsHref } from "./rooms.ts";
import type { ShellOrg, ShellUser } from "./shell-props.ts";

const themes = [
  { id: "light", title: "Light", icon: <Sun /> },
  { id: "dark", title: "Dark", icon: <Moon /> },
  { id: "system", title: "As the system", icon: <Monitor /> },
];

/** Me: theme, keys, settings, the way out. */
export function UserMenu({ org, user, onSignOut }: { org: ShellOrg; user: ShellUser; onSignOut?: () => void }) {
  const router = useRouter();
  const run = useRunAction();
  const { theme, setTheme } = useTheme();
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-hover data-popup-open:bg-hover coarse:size-10"
        >
          <Avatar name={user.name} size={24} decorative />
          <span className="sr-only">{user.name}, account</span>
        </button>
      }
    >
      <div className="px-2 pt-1 pb-1.5">
        <p className="truncate text-app font-medium">{user.name}</p>
        <p className="truncate text-small text-faint">{user.email}</p>
      </div>
      <MenuSeparator />
      <MenuGroup label="Theme">
        {themes.map((each) => (
          <MenuItem
            key={each.id}
            icon={each.icon}
            end={theme === each.id ? <span className="text-small text-faint">Now</span> : null}
            onSelect={() => setTheme(each.id)}
          >
            {each.title}
          </MenuItem>
        ))}
      </MenuGroup>
      <MenuSeparator />
      <MenuItem icon={<Keyboard />} keys="?" onSelect={() => run("help.keys")}>
        Keyboard
      </MenuItem>
      <MenuItem icon={<Settings />} keys="g ," onSelect={() => router.push(settingsHref(org.slug))}>
        Settings
      </MenuItem>
      {onSignOut ? (
        <MenuItem icon={<LogOut />} onSelect={onSignOut}>
          Sign out
        </MenuItem>
      ) : null}
    </Menu>
  );
}
