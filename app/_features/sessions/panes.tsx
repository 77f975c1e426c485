"use client";

import { FileDiff, Folder, Globe, type LucideIcon, MessageSquare, SquareTerminal } from "lucide-react";
import dynamic from "next/dynamic";
import type { ComponentType } from "react";
import type { PaneProps } from "#app/_features/workspaces/pane-props.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";

export type Pane = {
  value: string;
  label: string;
  icon: LucideIcon;
  keys: string;
  Content: ComponentType<PaneProps>;
};

const loading = () => <SkeletonRows count={6} label="Loading the pane" />;
const ChangesPane = dynamic<PaneProps>(
  () => import("#app/_features/workspaces/changes-pane.tsx").then((module) => module.ChangesPane),
  { ssr: false, loading },
);
const FilesPane = dynamic<PaneProps>(
  () => import("#app/_features/workspaces/files-pane.tsx").then((module) => module.FilesPane),
  { ssr: false, loading },
);
const PreviewPane = dynamic<PaneProps>(
  () => import("#app/_features/workspaces/preview-pane.tsx").then((module) => module.PreviewPane),
  { ssr: false, loading },
);
const TerminalPane = dynamic<PaneProps>(
  () => import("#app/_features/workspaces/terminal-pane.tsx").then((module) => module.TerminalPane),
  { ssr: false, loading },
);

/** The conversation itself; who shows the panes has it. */
export const chatPane: Pane = { value: "chat", label: "Chat", icon: MessageSquare, keys: "v m", Content: () => null };

/** What stands beside the conversation, one at a time. Each brings its code when it is first shown. */
export const besideChat: readonly Pane[] = [
  { value: "changes", label: "Changes", icon: FileDiff, keys: "v c", Content: ChangesPane },
  { value: "files", label: "Files", icon: Folder, keys: "v f", Content: FilesPane },
  { value: "preview", label: "Preview", icon: Globe, keys: "v p", Content: PreviewPane },
];

/** What stands below that, always. */
export const belowThat: readonly Pane[] = [
  { value: "terminal", label: "Terminal", icon: SquareTerminal, keys: "v t", Content: TerminalPane },
];
