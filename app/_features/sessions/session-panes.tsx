"use client";

import { parseAsString, useQueryState } from "nuqs";
import { type ReactNode, useRef } from "react";
import { Group, type Layout, Panel, Separator } from "react-resizable-panels";
import { WorkspaceReady } from "#app/_features/workspaces/workspace-ready.tsx";
import { useIsPhone } from "#app/_lib/use-is-phone.ts";
import { useActions } from "#app/_shell/actions.tsx";
import type { Session } from "#server/sessions/schema.ts";
import { keepPaneSizes, type PaneSizes } from "./pane-sizes.ts";
import { PaneTabs } from "./pane-tabs.tsx";
import { besideChat, belowThat, chatPane, type Pane } from "./panes.tsx";
import { focusPane, usePaneKeys } from "./use-pane-keys.ts";

type SessionPanesProps = {
  orgSlug: string;
  session: Session;
  chat: ReactNode;
  /** Grows with everything after which the files may be different. */
  touched: number;
  sizes: PaneSizes;
};

/**
 * The conversation beside what the agent works on, and the terminal below that; sizes are kept by this browser. On a phone
 * one of them at a time. F6 walks through them.
 */
export function SessionPanes({ orgSlug, session, chat, touched, sizes }: SessionPanesProps) {
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
          sizes={sizes}
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

type SideBySideProps = { chat: ReactNode; beside: ReactNode; below: readonly ReactNode[]; sizes: PaneSizes };

function SideBySide({ chat, beside, below, sizes }: SideBySideProps) {
  const keptAs = (group: string) => ({
    ...(sizes[group] ? { defaultLayout: sizes[group] } : {}),
    onLayoutChanged: (layout: Layout) => keepPaneSizes(group, layout),
  });
  return (
    <Group orientation="horizontal" className="min-h-0 grow" {...keptAs("across")}>
      <Panel id="chat" defaultSize="46%" minSize="320px">
        {chat}
      </Panel>
      <Separator aria-label="Width of the conversation" className={`w-px ${separatorLook}`} />
      <Panel id="work" minSize="280px">
        {below.length === 0 ? (
          beside
        ) : (
          <Group orientation="vertical" className="h-full" {...keptAs("down")}>
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
