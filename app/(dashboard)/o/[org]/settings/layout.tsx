import type { ReactNode } from "react";
import { SettingsNav } from "#app/_features/settings/settings-nav.tsx";

/** The settings: their own way around beside the page. */
export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-full flex-col md:flex-row">
      <SettingsNav />
      <div className="min-w-0 grow">{children}</div>
    </div>
  );
}
