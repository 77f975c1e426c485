import type { RequestKind } from "#db/enums.ts";
import { answerForMoney } from "../budgets/answers.ts";
import type { Context } from "../context.ts";
import { answerForPlan, lockPlansAsked } from "../plans/answers.ts";
import { answerCheckpoint } from "../verifications/answers.ts";
import type { RequestRow } from "./finding.ts";

/** What an answer sets in motion besides waking its asker. It runs in the transaction of the answer: both, or neither. */
export type Consequence = (context: Context, request: RequestRow, answer: unknown) => Promise<void>;

/** Locks what the consequences of answers will lock, before any request: everybody else locks the requests last. */
export async function lockForConsequences(context: Context, requests: readonly RequestRow[]): Promise<void> {
  const asked = requests.filter(({ kind, status }) => kind === "checkpoint" && status === "pending");
  await lockPlansAsked(
    context,
    asked.map(({ data }) => data),
  );
}

/** By kind; a kind that is not here only wakes its asker. */
export const consequences: Partial<Record<RequestKind, Consequence>> = {
  budget: (context, request, answer) => answerForMoney(context, request.data, answer),
  checkpoint: async (context, request, answer) => {
    if (!(await answerForPlan(context, request.data, answer))) await answerCheckpoint(context, request, answer);
  },
};
