import { readActing } from "#server/agents/acting.ts";
import { type Actor, type Context, type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { beginReviewSession } from "#server/review-sessions/beginning.ts";
import { findReviewers } from "#server/review-sessions/claiming.ts";
import { findUnsettledReviews, settleReviewSession } from "#server/review-sessions/settling.ts";
import { claimReviews, type ReviewGrant } from "#server/reviews/service.ts";
import { dispatcher } from "#server/task-sessions/beginning.ts";
import type { Rests } from "../executor/rests.ts";
import { startRounds } from "../rounds.ts";

const mostAtOnce = 50;

/**
 * Gives reviews to agents of runtime `acp` whose role is reviewer: each judges in a session, which any worker may drive.
 * What is to be done next is read from where review and session stand, so it does not matter which worker looks.
 */
export function startReviewSessions(runtime: Runtime, { log, rests }: { log: Logger; rests: Rests }) {
  const everywhere = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", dispatcher.id), { requestId: `reviews-${newId()}`, system: true }, work);
  const within = <Result>(actor: Actor, work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, actor, { requestId: `reviews-${newId()}` }, work);
  const actingOf = ({ orgId, agentId }: { orgId: string; agentId: string }) =>
    within(systemActor(orgId, dispatcher.id), (context) => readActing(context, agentId));
  const told = (error: unknown, about: object) =>
    log.error({ error, ...about }, "a session on a review could not be seen to; the next look is soon");

  async function begin(grant: ReviewGrant): Promise<void> {
    const agent = await actingOf(grant);
    if (!agent) return;
    const { actor, ...started } = agent;
    try {
      if (await within(actor, (context) => beginReviewSession(context, grant, started))) rests.clear(grant.agentId);
    } catch (error) {
      // It stays this agent's and is begun later, or given to another when it is not.
      rests.rest(grant.agentId, undefined);
      if (!(error instanceof AppError)) told(error, grant);
    }
  }

  const rounds = startRounds(log, async () => {
    for (const session of await everywhere((context) => findUnsettledReviews(context, mostAtOnce))) {
      const agent = await actingOf(session);
      const actor = { ...systemActor(session.orgId, dispatcher.id), name: dispatcher.name };
      if (agent)
        await within(actor, (context) => settleReviewSession(context, agent.actor, session)).catch((error: unknown) =>
          told(error, session),
        );
    }
    const idle = (await everywhere(findReviewers)).filter(({ agentId }) => !rests.isResting(agentId));
    const grants = idle.length > 0 ? await everywhere((context) => claimReviews(context, idle)) : [];
    for (const grant of grants) await begin(grant);
  });
  const offs = (["task_status_changed", "session_asked"] as const).map((topic) => runtime.wake.on(topic, rounds.ask));
  rounds.ask();
  return {
    /** Their sessions go on. */
    async stop() {
      for (const off of offs) off();
      await rounds.stop();
    },
  };
}
