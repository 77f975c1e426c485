"use client";

import { Bell, BellRing } from "lucide-react";
import { useActions } from "#app/_shell/actions.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuCheckItem } from "#app/_ui/menu.tsx";
import { toast } from "#app/_ui/toast.ts";
import { chooseNotify, useNotifyPreferences } from "./notify-preferences.ts";

/** Whether this device says something when a new question comes. */
export function NotifySettings() {
  const { notification, sound } = useNotifyPreferences();
  const notify = (wanted: boolean) =>
    void chooseNotify({ notification: wanted }).then((now) => {
      if (wanted && !now.notification)
        toast.error("This browser does not allow notifications here", {
          description: "Allow them in the settings of the site, then try again.",
        });
    });
  useActions([
    {
      id: "inbox.notify",
      title: notification ? "Stop browser notifications" : "Notify me in the browser",
      group: "View",
      keywords: ["notification", "inbox"],
      run: () => notify(!notification),
    },
    {
      id: "inbox.sound",
      title: sound ? "Stop the sound of new questions" : "Play a sound for new questions",
      group: "View",
      keywords: ["sound", "inbox"],
      run: () => void chooseNotify({ sound: !sound }),
    },
  ]);
  return (
    <Menu
      trigger={<IconButton label="How to be told" size="sm" icon={notification || sound ? <BellRing /> : <Bell />} />}
    >
      <MenuCheckItem checked={notification} onCheckedChange={notify}>
        Browser notifications
      </MenuCheckItem>
      <MenuCheckItem checked={sound} onCheckedChange={(next) => void chooseNotify({ sound: next })}>
        Sound
      </MenuCheckItem>
    </Menu>
  );
}
