import {
  Activity,
  Bot,
  CircleDollarSign,
  FileText,
  FolderGit2,
  GitMerge,
  type LucideIcon,
  MessagesSquare,
  RadioTower,
  SquareKanban,
  SquareTerminal,
  Target,
  Workflow,
} from "lucide-react";

export type RoomId =
  | "plans"
  | "board"
  | "graph"
  | "sessions"
  | "queue"
  | "agents"
  | "messages"
  | "channels"
  | "reports"
  | "repos"
  | "costs"
  | "activity";
export type Room = { id: RoomId; title: string; keys: string; icon: LucideIcon };

/** The rooms of a team, in the order of the rail. A room stands here once its page exists: no dead links. */
export const rooms: readonly Room[] = [
  { id: "plans", title: "Plans", keys: "g p", icon: Target },
  { id: "board", title: "Board", keys: "g b", icon: SquareKanban },
  { id: "graph", title: "Graph", keys: "g d", icon: Workflow },
  { id: "sessions", title: "Sessions", keys: "g s", icon: SquareTerminal },
  { id: "queue", title: "Queue", keys: "g q", icon: GitMerge },
  { id: "agents", title: "Agents", keys: "g a", icon: Bot },
  { id: "messages", title: "Messages", keys: "g m", icon: MessagesSquare },
  // Of the whole organization, whatever the team: `h` as in to hear, since `c` are the costs.
  { id: "channels", title: "Channels", keys: "g h", icon: RadioTower },
  { id: "reports", title: "Reports", keys: "g o", icon: FileText },
  { id: "repos", title: "Repos", keys: "g r", icon: FolderGit2 },
  { id: "costs", title: "Costs", keys: "g c", icon: CircleDollarSign },
  { id: "activity", title: "Activity", keys: "g t", icon: Activity },
];

/** Where everything that waits for a person is, whatever its team; with an id one request of it. */
export function inboxHref(orgSlug: string, requestId?: string): string {
  return requestId ? `/o/${orgSlug}/inbox/${requestId}` : `/o/${orgSlug}/inbox`;
}

/** Where a room of a team is. */
export function roomHref(orgSlug: string, teamId: string, room: RoomId): string {
  if (room === "channels") return channelsHref(orgSlug);
  if (room === "reports") return reportsHref(orgSlug);
  return `/o/${orgSlug}/t/${teamId}/${room}`;
}

/** Where what agents and people publish is listed. */
export function channelsHref(orgSlug: string): string {
  return `/o/${orgSlug}/channels`;
}

/** Where what sessions and tasks left to read is listed. */
export function reportsHref(orgSlug: string): string {
  return `/o/${orgSlug}/reports`;
}

/** Where one report is read. */
export function reportHref(orgSlug: string, reportId: string): string {
  return `${reportsHref(orgSlug)}/${reportId}`;
}

/** Where one channel is, by its name. */
export function channelHref(orgSlug: string, channel: string): string {
  return `${channelsHref(orgSlug)}/${channel}`;
}

/** Where an agent of a team is. */
export function agentHref(orgSlug: string, teamId: string, agentId: string): string {
  return `${roomHref(orgSlug, teamId, "agents")}/${agentId}`;
}

/** Where a conversation with an agent is. */
export function sessionHref(orgSlug: string, teamId: string, sessionId: string): string {
  return `${roomHref(orgSlug, teamId, "sessions")}/${sessionId}`;
}

/** Where a task is, whatever its team: people say its number. */
export function taskHref(orgSlug: string, taskNumber: number): string {
  return `/o/${orgSlug}/tasks/${taskNumber}`;
}

/** Where a page of the settings is. */
export function settingsHref(orgSlug: string, page?: string): string {
  return page ? `/o/${orgSlug}/settings/${page}` : `/o/${orgSlug}/settings`;
}

/** Which room a path stands in, if any. */
export function roomOf(pathname: string): RoomId | undefined {
  const [, , , scope, , room] = pathname.split("/");
  if (scope === "channels" || scope === "reports") return scope;
  return scope === "t" ? rooms.find((each) => each.id === room)?.id : undefined;
}
