"use client";

import { parseAsString, useQueryState } from "nuqs";
import { type ReactNode, useRef } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { WorkspaceReady } from "#app/_features/workspaces/workspace-ready.tsx";
import { useIsPhone } from "#app/_lib/use-is-phone.ts";
import { useActions } from "#app/_shell/actions.tsx";
import type { Session } from "#server/sessions/schema.ts";
import { PaneTabs } from "./pane-tabs.tsx";
import { besideChat, belowThat, chatPane, type Pane } from "./panes.tsx";
import { focusPane, usePaneKeys } from "./use-pane-keys.ts";

type SessionPanesProps = {
  orgSlug: string;
  session: Session;
  chat: ReactNode;
  /** Grows with everything after which the files may be different. */
  touched: number;
};

/**
 * The conversation beside what the agent works on, and the terminal below that; sizes are kept by this browser. On a phone
 * one of them at a time. F6 walks through them.
 */
export function SessionPanes({ orgSlug, session, chat, touched }: SessionPanesProps) {
  const isPhone = useIsPhone();
  const [name, setName] = useQueryState("pane", parseAsString);
  const place = useRef<HTMLDivElement>(null);
  const { workspaceId } = session;
  const about = { orgSlug, workspaceId: workspaceId ?? "", sessionId: session.id, touched };
  // Without files there is nothing beside the conversation.
  const all = workspaceId ? [chatPane, ...besideChat, ...belowThat] : [chatPane];
  const go = (to: Pane) => {
    // What is always in sight on a wide page needs no place in the address.
    if (isPhone || besideChat.includes(to)) void setName(to.value);
    requestAnimationFrame(() => focusPane(place.current, to.value));
  };
  usePaneKeys(place);
  useActions(
    all.map((pane) => ({
      ...{ id: `pane.${pane.value}`, title: `Go to ${pane.label.toLowerCase()}`, group: "View", keys: pane.keys },
      ...{ icon: <pane.icon />, run: () => go(pane) },
    })),
  );
  const contentOf = (pane: Pane) =>
    pane.value === chatPane.value ? (
      chat
    ) : (
      <WorkspaceReady workspaceId={about.workspaceId}>
        <pane.Content {...about} />
      </WorkspaceReady>
    );
  const tabbed = isPhone ? all : besideChat;
  const shown = tabbed.find(({ value }) => value === name) ?? tabbed[0] ?? chatPane;
  const tabs = (
    <>
      <PaneTabs label="Parts of the session" tabs={tabbed} value={shown.value} onChange={(to) => void setName(to)} />
      <div id={`pane-${shown.value}`} role="tabpanel" aria-label={shown.label} className="min-h-0 grow overflow-hidden">
        {contentOf(shown)}
      </div>
    </>
  );
  return (
    <div ref={place} className="flex min-h-0 grow flex-col">
      {!workspaceId ? (
        <div data-pane={chatPane.value} className="min-h-0 grow">
          {chat}
        </div>
      ) : isPhone ? (
        <div data-pane={shown.value} className="flex min-h-0 grow flex-col">
          {tabs}
        </div>
      ) : (
        <SideBySide
          chat={
            <div data-pane={chatPane.value} className="h-full min-h-0">
              {chat}
            </div>
          }
          beside={
            <div data-pane={shown.value} className="flex h-full min-h-0 flex-col">
              {tabs}
            </div>
          }
          below={belowThat.map((pane) => (
            <div key={pane.value} data-pane={pane.value} className="h-full min-h-0">
              {contentOf(pane)}
            </div>
          ))}
        />
      )}
    </div>
  );
}

function SideBySide({ chat, beside, below }: { chat: ReactNode; beside: ReactNode; below: readonly ReactNode[] }) {
  const across = useDefaultLayout({ id: "session-across", panelIds: ["chat", "work"], storage });
  const down = useDefaultLayout({ id: "session-down", panelIds: ["beside", "below"], storage });
  return (
    <Group orientation="horizontal" className="min-h-0 grow" {...across}>
      <Panel id="chat" defaultSize="46%" minSize="320px">
        {chat}
      </Panel>
      <Separator aria-label="Width of the conversation" className={`w-px ${separatorLook}`} />
      <Panel id="work" minSize="280px">
        {below.length === 0 ? (
          beside
        ) : (
          <Group orientation="vertical" className="h-full" {...down}>
            <Panel id="beside" defaultSize="64%" minSize="120px">
              {beside}
            </Panel>
            <Separator aria-label="Height of the terminal" className={`h-px ${separatorLook}`} />
            <Panel id="below" minSize="80px">
              {below}
            </Panel>
          </Group>
        )}
      </Panel>
    </Group>
  );
}

const separatorLook =
  "bg-line outline-offset-2 transition-colors data-[separator=active]:bg-accent data-[separator=hover]:bg-accent focus-visible:bg-accent";

/** A matter of taste, so it needs no server; what the server renders knows none of it. */
const storage = {
  getItem: (key: string) => (typeof localStorage === "undefined" ? null : localStorage.getItem(`entourage.${key}`)),
  setItem: (key: string, value: string) => localStorage.setItem(`entourage.${key}`, value),
};
