import { sql } from "drizzle-orm";
import { readActing } from "#server/agents/acting.ts";
import { type Actor, type Context, type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { giveBack } from "#server/leases/jobs.ts";
import type { Grant } from "#server/leases/service.ts";
import type { Logger } from "#server/log.ts";
import { beginTaskSession, dispatcher } from "#server/task-sessions/beginning.ts";
import { findUnsettled, settleTaskSession, type TaskSession } from "#server/task-sessions/settling.ts";
import { lockTask } from "#server/tasks/finding.ts";
import { moveTask } from "#server/tasks/service.ts";
import type { Rests } from "../executor/rests.ts";
import { startRounds } from "../rounds.ts";

const mostAtOnce = 50;
const gatherMs = 50;

/**
 * Gives tasks to agents of runtime `acp`: each works in a session, which any worker may drive. What is to be done next is
 * read from where task, lease and session stand, so it does not matter which worker looks, or how often.
 */
export function startTaskSessions(runtime: Runtime, { log, rests }: { log: Logger; rests: Rests }) {
  const ends = new Map<string, () => void>();
  const everywhere = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", dispatcher.id), { requestId: `runs-${newId()}`, system: true }, work);

  async function settle(session: TaskSession): Promise<void> {
    const agent = await findActing(runtime, session);
    if (!agent) return;
    const actor: Actor = { ...systemActor(session.orgId, dispatcher.id), name: dispatcher.name };
    const done = await inTransaction(runtime, actor, { requestId: `runs-${newId()}` }, (context) =>
      settleTaskSession(context, agent.actor, session),
    );
    if (done === "rest") rests.rest(session.agentId, undefined);
    if (done === "go_on" || done === "stop") rests.clear(session.agentId);
  }

  const rounds = startRounds(log, async () => {
    for (const session of await everywhere((context) => findUnsettled(context, mostAtOnce)))
      await settle(session).catch((error: unknown) =>
        log.error({ error, ...session }, "a session on a task could not be seen to; the next look is soon"),
      );
    if (ends.size === 0) return;
    const live = await everywhere(({ tx }) =>
      tx.execute<{ id: string }>(
        // While people are asked it takes no turn from others.
        sql`select l.id from leases l left join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id
          where l.id = any(${`{${[...ends.keys()].join(",")}}`}::uuid[]) and l.ended_at is null and c.parked_at is null`,
      ),
    );
    const living = new Set(live.map(({ id }) => id));
    for (const [lease, end] of [...ends]) if (!living.has(lease)) end();
  });
  // Hints come by the thousand under load, and one look sees to all of them.
  let soon: NodeJS.Timeout | undefined;
  const ask = () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      rounds.ask();
    }, gatherMs);
  };
  const offs = (["task_status_changed", "session_asked", "new_message"] as const).map((topic) =>
    runtime.wake.on(topic, ask),
  );
  rounds.ask();

  return {
    /** A turn of the dispatcher: from the claim until the lease ends or stands still, whoever drives the session. */
    drive: async (grant: Grant): Promise<undefined> => {
      const agent = await findActing(runtime, grant);
      if (!agent) return undefined;
      const { actor, ...started } = agent;
      try {
        const begun = await inTransaction(runtime, actor, { requestId: `runs-${newId()}` }, (context) =>
          beginTaskSession(context, grant, started),
        );
        if (!begun) return undefined;
      } catch (error) {
        await refuse(grant, error);
        return undefined;
      }
      await new Promise<void>((end) => {
        ends.set(grant.leaseId, () => {
          ends.delete(grant.leaseId);
          end();
        });
      });
      return undefined;
    },
    /** Lets go of all turns; their sessions go on. */
    async stop() {
      for (const off of offs) off();
      clearTimeout(soon);
      await rounds.stop();
      for (const end of [...ends.values()]) end();
    },
  };

  /** What passes by itself is tried again in a while; what people must mend is told to them. */
  async function refuse(grant: Grant, error: unknown): Promise<void> {
    const isPassing = !(error instanceof AppError) || error.code === "unavailable";
    if (!(error instanceof AppError)) log.error({ error, ...grant }, "an agent's session was not begun");
    rests.rest(grant.agentId, undefined);
    await inTransaction(runtime, systemActor(grant.orgId, dispatcher.id), { requestId: newId() }, async (context) => {
      if (isPassing) return giveBack(context, grant);
      const task = await lockTask(context, grant.taskId);
      if (task.status === "in_progress") await moveTask(context, task, "failed", { reason: error.message });
    });
  }
}

const findActing = (runtime: Runtime, { orgId, agentId }: Pick<Grant, "orgId" | "agentId">) =>
  inTransaction(runtime, systemActor(orgId, dispatcher.id), { requestId: newId() }, (context) =>
    readActing(context, agentId),
  );
