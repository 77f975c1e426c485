import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { answersDue, putAnswerBack, takeAnswers } from "../human-requests/clocks.ts";
import { messagesDue, putMessageBack, takeMessages } from "../messages/clocks.ts";
import type { Idle } from "./offers.ts";

/** What a waiting agent is woken for besides tasks and reviews. */
export type Notice = { kind: "message"; messageId: string } | { kind: "answer"; requestId: string };

/** Whom a notice is for. */
export interface Addressed {
  orgId: string;
  agentId: string;
  notice: Notice;
}

/** In SQL: is anything there for the idle agent `i` (`i.o`, `i.a`) now? Part of the one query of a wake-up: index look-ups only. */
export const noticeDue: SQL = sql`(${messagesDue} or ${answersDue})`;

/**
 * Takes one notice for each of these agents that has any, at once for all. Each kind hides what it gives from a second
 * taker for a while, and gives it again unless it was dealt with: at least once, never to two at the same time.
 */
export async function takeNotices(
  context: Context,
  agents: readonly Pick<Idle, "orgId" | "agentId">[],
): Promise<Addressed[]> {
  if (agents.length === 0) return [];
  // An answer first: somebody's work stands still without it.
  const answers = await takeAnswers(context, agents);
  const answered = new Set(answers.map(({ agentId }) => agentId));
  const others = agents.filter(({ agentId }) => !answered.has(agentId));
  const messages = others.length > 0 ? await takeMessages(context, others) : [];
  return [
    ...answers.map(({ orgId, agentId, requestId }) => toAgent(orgId, agentId, { kind: "answer", requestId })),
    ...messages.map(({ orgId, agentId, messageId }) => toAgent(orgId, agentId, { kind: "message", messageId })),
  ];
}

const toAgent = (orgId: string, agentId: string, notice: Notice): Addressed => ({ orgId, agentId, notice });

/** Nobody heard of it: it is given again at once. */
export async function putBack(context: Context, { orgId, agentId, notice }: Addressed): Promise<void> {
  if (notice.kind === "answer") await putAnswerBack(context, { orgId, agentId, requestId: notice.requestId });
  else await putMessageBack(context, { orgId, agentId, messageId: notice.messageId });
}
