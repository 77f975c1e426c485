import type { FeedEvent } from "#server/events/schema.ts";

/** Parts of the system that stand at the head of sentences, as one would say them. */
const systemWords: Record<string, string> = {
  sessions: "A session",
  money: "The spending",
  dispatcher: "The dispatcher",
  monitor: "The monitor",
  worker: "The worker",
};

/** Who did it, at the head of a sentence. */
export const actorWords = ({ kind, name }: Pick<FeedEvent["actor"], "kind" | "name">): string =>
  kind === "system" && Object.hasOwn(systemWords, name) ? (systemWords[name] ?? name) : name;
