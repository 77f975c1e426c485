import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { RequestRow } from "./finding.ts";
import { isOpen } from "./transitions.ts";

/**
 * Only people answer what asks for people. An agent's client may bring what its person said to a question of its own;
 * who asked for an approval with a key cannot grant it with a key.
 */
export function refuseAnswerer({ actor }: Context, request: RequestRow, conveyed: boolean): void {
  const isOwn = request.askedBy.id === actor.id;
  if (actor.kind === "agent" && !(conveyed && isOwn && request.kind === "question"))
    throw new AppError(
      "forbidden",
      "Agents do not answer what people are asked for. send_message to a person, or wait with ask_human and this request.",
    );
  if (isOwn && actor.keyId && (request.kind === "approval" || request.kind === "permission"))
    throw new AppError(
      "forbidden",
      `You asked for this ${request.kind} with a key, so it is not granted with a key. Answer it in the dashboard.`,
    );
}

/** The first answer has won: tells whose it was, what it says and since when. */
export function refuseClosed(request: RequestRow): void {
  const { status, closedBy, closedAt, answer, reason } = request;
  if (isOpen(status)) return;
  const who = closedBy?.name ?? "somebody";
  const details = { status, answer, by: closedBy, at: closedAt?.toISOString() ?? null };
  if (status === "resolved")
    throw new AppError(
      "conflict",
      `${who} answered this already, at ${closedAt?.toISOString()}: ${inShort(answer)}. Nothing was changed.`,
      details,
    );
  const became = status === "expired" ? "Nobody answered in time; it expired" : `${who} withdrew this`;
  throw new AppError(
    "conflict",
    `${became} at ${closedAt?.toISOString()}: ${reason ?? ""} Nothing was changed.`,
    details,
  );
}

function inShort(answer: unknown): string {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
