import type { EventData, EventType } from "#server/events/registry.ts";

/** What kind of thing happened, for its icon. */
export type EventFace =
  | "organization"
  | "person"
  | "team"
  | "agent"
  | "key"
  | "repo"
  | "paused"
  | "resumed"
  | "made"
  | "changed"
  | "assigned"
  | "linked"
  | "claimed"
  | "moved"
  | "pushed"
  | "message"
  | "review"
  | "merge"
  | "gate"
  | "request"
  | "archived"
  | "webhook"
  | "money";

/** Names that an event holds only the ids of: people, agents, teams, repositories; and the number of a task. */
export type Names = {
  nameOf: (id: string) => string | undefined;
  taskNumberOf: (id: string) => number | undefined;
};

/** A task's number that can be pressed, a name that stands out, or plain words. */
export type Part = string | { task: number } | { name: string };

export type Sentence = {
  face: EventFace;
  /** Follows the name of who did it: "claimed ", "#12". */
  parts: readonly Part[];
  /** What was said with it: a reason, a message, a summary. It may be an agent's text: never our own voice. */
  quote?: string | undefined;
  tone?: "success" | "warning" | "danger" | undefined;
};

export type About = {
  /** The task it is about: "it" on the task's own page, else its number. */
  it: Part;
  subject: (fallback: string) => Part;
  name: (id: string | null, fallback: string) => Part;
  task: (id: string) => Part;
  /** Whether somebody did it to themselves. */
  isOwn: (userId: string) => boolean;
  subjectId: string;
};

export type Wording = { [Type in EventType]: (data: EventData<Type>, about: About) => Sentence };
