import type { EventType } from "#server/events/registry.ts";
import type { FeedEvent } from "#server/events/schema.ts";
import type { About, Names, Part, Sentence, Wording } from "./sentences/about.ts";
import { agentsWording } from "./sentences/agents.ts";
import { messagesWording } from "./sentences/messages.ts";
import { moneyWording } from "./sentences/money.ts";
import { peopleWording } from "./sentences/people.ts";
import { plansWording } from "./sentences/plans.ts";
import { reposWording } from "./sentences/repos.ts";
import { requestsWording } from "./sentences/requests.ts";
import { reviewsWording } from "./sentences/reviews.ts";
import { sessionsWording } from "./sentences/sessions.ts";
import { tasksWording } from "./sentences/tasks.ts";

/** What of an event is needed to tell it. */
export type Told = Pick<FeedEvent, "type" | "data" | "subjectId" | "taskId" | "taskNumber"> & {
  actor?: FeedEvent["actor"] | undefined;
};

/** Set on a task's own page, where "it" is enough. */
type Options = { onTask?: string | undefined };

const noNames: Names = { nameOf: () => undefined, taskNumberOf: () => undefined };

/** An event as the rest of a sentence that begins with its actor: "Rio" + "claimed #12". A type from a newer server is told by its name. */
export function sentenceOf(event: Told, names: Names = noNames, { onTask }: Options = {}): Sentence {
  if (!isKnown(event.type)) return { face: "changed", parts: [event.type.replaceAll(/[._]/g, " ")] };
  // The log was written through the registry's schemas, so a type's data has its shape; the map is exhaustive below.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type says which wording, and both come from the registry
  const word = wording[event.type] as (data: FeedEvent["data"], about: About) => Sentence;
  return word(event.data, aboutOf(event, names, onTask));
}

/** The same as plain words, for a label or a test. */
export function plainWords({ parts }: Sentence): string {
  return parts.map((part) => (typeof part === "string" ? part : "task" in part ? `#${part.task}` : part.name)).join("");
}

/** Every type of event there is. */
export function eventTypes(): readonly EventType[] {
  return Object.keys(wording).filter(isKnown);
}

function aboutOf(
  { subjectId, taskId, taskNumber, actor }: Told,
  { nameOf, taskNumberOf }: Names,
  onTask?: string,
): About {
  const name = (id: string | null, fallback: string): Part => {
    const known = id === null ? undefined : nameOf(id);
    return known === undefined ? fallback : { name: known };
  };
  const task = (id: string): Part => {
    const number = taskNumberOf(id);
    return number === undefined ? "another task" : { task: number };
  };
  const isHere = onTask !== undefined && onTask === taskId;
  const it: Part = isHere ? "it" : taskNumber === null ? "a task" : { task: taskNumber };
  const isOwn = (userId: string) => actor?.id === userId;
  return { it, name, task, isOwn, subjectId, subject: (fallback) => name(subjectId, fallback) };
}

/** Every type of event there is has its words in one of these; the type says when one is missing. */
const wording: Wording = {
  ...peopleWording,
  ...agentsWording,
  ...sessionsWording,
  ...tasksWording,
  ...plansWording,
  ...reviewsWording,
  ...messagesWording,
  ...requestsWording,
  ...moneyWording,
  ...reposWording,
};

const isKnown = (type: string): type is EventType => Object.hasOwn(wording, type);
