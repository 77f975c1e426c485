"use client";

import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { Count } from "./badge.tsx";

export type Tab = { value: string; label: string; icon?: ReactNode; count?: number };

type TabsProps = {
  tabs: readonly Tab[];
  /** Keep it in the URL: `useQueryState("tab")`. */
  value: string;
  onValueChange: (value: string) => void;
  label: string;
  /** One `<TabPanel value>` per tab. */
  children: ReactNode;
};

/** Views of one thing, one at a time. */
export function Tabs({ tabs, value, onValueChange, label, children }: TabsProps) {
  return (
    <BaseTabs.Root value={value} onValueChange={onValueChange} className="flex min-h-0 flex-col">
      <BaseTabs.List
        aria-label={label}
        className="relative flex shrink-0 gap-4 overflow-x-auto border-b [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className="flex h-9 items-center gap-1.5 px-0.5 text-app font-medium whitespace-nowrap text-muted -outline-offset-2 transition-colors hover:text-ink data-active:text-ink coarse:h-11 [&_svg]:size-4"
          >
            {tab.icon}
            {tab.label}
            {tab.count === undefined ? null : <Count value={tab.count} />}
          </BaseTabs.Tab>
        ))}
        <BaseTabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-accent transition-[translate,width]" />
      </BaseTabs.List>
      {children}
    </BaseTabs.Root>
  );
}

export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <BaseTabs.Panel value={value} className="min-h-0 grow outline-none">
      {children}
    </BaseTabs.Panel>
  );
}
