import { AppError } from "../errors.ts";
import { eventData } from "../events/registry.ts";
import type { FeedEvent } from "../events/schema.ts";

/** @throws AppError invalid for a type that does not exist; `task.*` is all of a noun. */
export function refuseUnknownTypes(types: readonly string[] = []): void {
  const unknown = types.find((type) => !isKnown(type));
  if (unknown === undefined) return;
  throw new AppError(
    "invalid",
    `events: types: there is no event type "${unknown}"; types are such as task.created, or task.* for all of a noun.`,
  );
}

/** Whether an event is among the types that were asked for; nothing asked is all. */
export const isOfTypes = ({ type }: Pick<FeedEvent, "type">, types: readonly string[] | undefined): boolean =>
  types === undefined || types.some((one) => (one.endsWith(".*") ? type.startsWith(one.slice(0, -1)) : type === one));

function isKnown(text: string): boolean {
  if (Object.hasOwn(eventData, text)) return true;
  return text.endsWith(".*") && Object.keys(eventData).some((type) => type.startsWith(text.slice(0, -1)));
}
